// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// Signals that the runner takes, to children that an app forks.
@Suite("A signal to an app's child")
struct ForkSignalTests {
    private static let servers = [SecureServer.libevent, .evhttp]

    @Test("ends that, and nobody else", arguments: servers, [SIGINT, SIGTERM])
    func stop(server: SecureServer, signal: Int32) throws {
        let process = try Tool.start(["run", "-b", "127.0.0.1:0"] + server.flags + [server.plugin()])
        let line = try process.line(with: "listening on ")
        let url = String(line.dropFirst("listening on ".count))
        let child = try self.number(in: try self.page(url, "stay"))
        kill(child, signal)
        #expect(self.hasEnded(child), "\(process.errors)")
        #expect(try self.page(url, "") == "hello from C\n")
        #expect(!process.errors.contains("no new connections"), "\(process.errors)")
        process.send(signal)
        #expect(try process.wait() == .exited(0), "\(process.errors)")
    }

    @Test(
        "has its parent read no certificates",
        .enabled(if: Certificates.canBeMade, "openssl is not installed"),
        arguments: servers
    )
    func hangUp(server: SecureServer) throws {
        let run = try SecureRun(on: server, SecureRun.flags())
        let child = try self.number(in: run.curl(path: "/stay").output)
        kill(child, SIGHUP)
        #expect(self.hasEnded(child), "\(run.process.errors)")
        #expect(try run.curl().output == server.hello)
        #expect(!run.process.errors.contains("SIGHUP"), "\(run.process.errors)")
        try run.stop()
    }

    /// One that is alone leaves its parent's clients alone too; one with greenlets has a loop that could take the signal.
    @Test("is not sent where it was for the parent", arguments: servers, ["stay", "turn"])
    func parents(server: SecureServer, kind: String) throws {
        let process = try Tool.start(["run", "-b", "127.0.0.1:0"] + server.flags + [server.plugin()])
        let line = try process.line(with: "listening on ")
        let url = String(line.dropFirst("listening on ".count))
        let child = try self.number(in: try self.page(url, kind))
        defer { kill(child, SIGKILL) }
        if kind == "stay" {
            process.send(SIGSTOP)
            let answer = try Tool.run(["-sS", "--max-time", "2", url], executable: "curl")
            #expect(answer.end == .exited(28) && answer.output.isEmpty, "the child has answered: \(answer)")
            process.send(SIGCONT)
        }
        #expect(try self.page(url, "") == "hello from C\n")
        process.send(SIGTERM)
        #expect(try process.wait() == .exited(0), "\(process.errors)")
        usleep(300_000)
        // The parent has said so; the child would, too.
        #expect(process.errors.components(separatedBy: "no new connections").count == 2, "\(process.errors)")
        #expect(process.output.components(separatedBy: "loop has ended").count == 2, "\(process.output)")
    }

    /// Both processes run the app, each on a loop of its own.
    @Test(
        "is the child's own where that was forked before the loop ran",
        .enabled(if: Certificates.canBeMade, "openssl is not installed"),
        arguments: servers
    )
    func early(server: SecureServer) throws {
        // The watching thread stays behind in the parent, and so does what wakes it.
        let unwatched = ["--max-blocking-time", "0", "--run-info-signal", "none"]
        let run = try SecureRun(on: server, SecureRun.flags() + unwatched, environment: ["APP_FORK": "1"])
        let child = try self.number(in: run.process.line(with: "the app's child is "))
        defer { kill(child, SIGKILL) }
        for process in [child, run.process.pid] { #expect(self.waits(process), "\(run.process.errors)") }
        #expect(!self.counters(child).isEmpty && self.counters(run.process.pid).isDisjoint(with: self.counters(child)))
        for (count, process) in [child, run.process.pid].enumerated() {
            kill(process, SIGHUP)
            #expect(try self.saysOften("SIGHUP: certificates were read again", count + 1, run.process))
        }
        kill(child, SIGTERM)
        #expect(self.hasEnded(child), "\(run.process.errors)")
        #expect(try self.saysOften("no new connections", 1, run.process))
        #expect(try run.curl().output == server.hello)
        try run.stop()
    }

    private func page(_ url: String, _ path: String) throws -> String {
        try Tool.run(["-sS", "--max-time", "20", url + path], executable: "curl").output
    }

    private func number(in text: String) throws -> Int32 {
        try #require(text.firstMatch(of: /([0-9]+)\s*$/).flatMap { Int32($0.output.1) }, "\(text)")
    }

    /// Whether it has, within some seconds; nobody may have waited for it yet.
    private func hasEnded(_ process: Int32) -> Bool {
        self.comes {
            let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            return text.map { $0.contains(") Z ") } ?? true
        }
    }

    /// Whether its loop watches for signals: SIGHUP and SIGTERM have handlers, and it sleeps.
    private func waits(_ process: Int32) -> Bool {
        self.comes {
            let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
            let caught = text.firstMatch(of: /SigCgt:\s+([0-9a-f]+)/).flatMap { UInt64($0.output.1, radix: 16) } ?? 0
            let wanted: UInt64 = 1 << (SIGHUP - 1) | 1 << (SIGTERM - 1)
            return caught & wanted == wanted && text.contains("State:\tS")
        }
    }

    /// The kernel's numbers of the counters that wake it.
    private func counters(_ process: Int32) -> Set<String> {
        let folder = "/proc/\(process)/fdinfo"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let texts = names.compactMap { try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
        return Set(texts.compactMap { $0.firstMatch(of: /eventfd-id:\s*([0-9]+)/).map { String($0.output.1) } })
    }

    private func saysOften(_ words: String, _ count: Int, _ process: ChildProcess) throws -> Bool {
        self.comes { process.errors.components(separatedBy: words).count - 1 == count }
    }

    private func comes(_ condition: () -> Bool) -> Bool {
        for _ in 0..<1000 {
            if condition() { return true }
            usleep(10_000)
        }
        return false
    }
}
