// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import Foundation

/// A process with its output in files.
///
/// It is killed, if it still runs, when the object goes.
public final class ChildProcess {
    /// How a process ended.
    public enum End: Equatable, Sendable {
        case exited(Int32)
        case killed(Int32)
    }

    /// What was waited for did not come, with all that the process has printed.
    public struct Timeout: Error, CustomStringConvertible {
        /// What was waited for, and the output so far.
        public let description: String
    }

    /// Its process id.
    public let pid: pid_t
    private let folder: URL
    private var end: End?

    /// Starts a program with only those variables of the environment that programs need, and `environment`.
    public init(_ words: [String], environment: [String: String] = [:]) throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "gtornado-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (descriptor, name) in [(Int32(1), "out"), (2, "err")] {
            let path = self.folder.appending(path: name).path
            posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        }
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = Self.environment(environment).map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGINT, SIGTERM, SIGPIPE, SIGHUP] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var pid: pid_t = 0
        let status = posix_spawnp(&pid, words[0], &actions, &attributes, &argv, &envp)
        guard status == 0 else {
            throw Timeout(description: "cannot start \(words[0]): \(String(cString: strerror(status)))")
        }
        self.pid = pid
    }

    deinit {
        if self.end == nil {
            kill(self.pid, SIGKILL)
            var status: Int32 = 0
            waitpid(self.pid, &status, 0)
        }
        try? FileManager.default.removeItem(at: self.folder)
    }

    /// What it printed on standard output so far.
    public var output: String { self.read("out") }

    /// What it printed on standard error so far.
    public var errors: String { self.read("err") }

    /// Sends a signal.
    public func send(_ signal: Int32) {
        kill(self.pid, signal)
    }

    /// Waits until it has ended.
    @discardableResult
    public func wait(seconds: Double = 60) throws -> End {
        try self.poll(seconds, "the end of process \(self.pid)") {
            if let end = self.end { return end }
            var status: Int32 = 0
            guard waitpid(self.pid, &status, WNOHANG) == self.pid else { return nil }
            self.end = status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(status & 0x7F)
            return self.end
        }
    }

    /// Waits for a line with these words in it, on either output.
    @discardableResult
    public func line(with words: String, seconds: Double = 60) throws -> String {
        try self.poll(seconds, "a line with '\(words)'") {
            let lines = (self.errors + "\n" + self.output).split(separator: "\n")
            if let line = lines.first(where: { $0.contains(words) }) { return String(line) }
            var status: Int32 = 0
            if self.end == nil, waitpid(self.pid, &status, WNOHANG) == self.pid {
                self.end = status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(status & 0x7F)
            }
            if let end = self.end {
                throw Timeout(description: "\(end) before '\(words)'\nout: \(self.output)\nerr: \(self.errors)")
            }
            return nil
        }
    }

    /// Open descriptors now.
    public var descriptorCount: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(self.pid)/fd").count) ?? 0
    }

    /// Resident memory now, in KiB.
    public var residentKiB: Int { self.status("VmRSS") }

    /// A number of proc(5)'s `status`, memory in KiB; 0 if there is none.
    public func status(_ name: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(self.pid)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    /// Seconds of processor time that it has used so far, all threads together.
    public var processorTime: Double {
        let text = (try? String(contentsOfFile: "/proc/\(self.pid)/stat", encoding: .utf8)) ?? ""
        // Behind the name, which may have spaces in it: the 14th and 15th fields of proc(5) are the 12th and 13th.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private func poll<Value>(_ seconds: Double, _ what: String, _ look: () throws -> Value?) throws -> Value {
        let deadline = Date().addingTimeInterval(seconds)
        while true {
            if let value = try look() { return value }
            guard Date() < deadline else {
                throw Timeout(description: "waited \(seconds) s for \(what)\nout: \(self.output)\nerr: \(self.errors)")
            }
            usleep(5000)
        }
    }

    private func read(_ name: String) -> String {
        let data = (try? Data(contentsOf: self.folder.appending(path: name))) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    private static func environment(_ extra: [String: String]) -> [String] {
        let ours = ProcessInfo.processInfo.environment
        var environment = ["SWIFT_BACKTRACE": "enable=no", "LC_ALL": "C.UTF-8"]
        for name in ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"] { environment[name] = ours[name] }
        environment.merge(extra) { $1 }
        return environment.map { "\($0)=\($1)" }
    }
}
