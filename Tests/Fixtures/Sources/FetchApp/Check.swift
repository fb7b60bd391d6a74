// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Synchronization
import Tornado

/// One behaviour, by its name.
struct Check {
    let name: String
    private let body: () throws -> Void

    /// A check in plain code: blocking forms run the loop in place, or wait as the app's main does under gtornado.
    init(_ name: String, _ body: @escaping () throws -> Void) {
        self.name = name
        self.body = body
    }

    /// A check that runs as a task on the loop.
    init(task name: String, _ body: @escaping () async throws -> Void) {
        self.name = name
        self.body = { try IOLoop.current.runSync(timeout: .seconds(20), body) }
    }

    /// Descriptors must be where they were when it has ended.
    ///
    /// What the loop makes for itself when it first needs it stays: such a check runs twice.
    func run() throws {
        for _ in 0..<2 {
            let before = Self.descriptors
            let result = Result { try self.body() }
            AsyncHTTPClient().close()
            try result.get()
            for _ in 0..<200 where Self.descriptors.count > before.count { usleep(10_000) }
            if Self.descriptors.count <= before.count { return }
            say("left open: \(Self.descriptors.subtracting(before))")
        }
        throw CheckFailure(description: "it leaves descriptors open each time")
    }

    /// Each open descriptor and what it is.
    private static var descriptors: Set<String> {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var all: Set<String> = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            var target = [CChar](repeating: 0, count: 128)
            let size = readlink("/proc/self/fd/\(name)", &target, target.count)
            let bytes = target.prefix(max(0, size)).map { UInt8(bitPattern: $0) }
            all.insert("\(name) \(String(decoding: bytes, as: UTF8.self))")
        }
        return all
    }
}

struct CheckFailure: Error, CustomStringConvertible {
    let description: String
}

/// Prints a line at once, whatever standard output is.
func say(_ line: String) {
    let text = line + "\n"
    _ = write(STDOUT_FILENO, text, text.utf8.count)
}

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

func expect(_ condition: Bool, _ what: @autoclosure () -> String, line: Int = #line) throws {
    if !condition { throw CheckFailure(description: "\(what()) (line \(line))") }
}

func expect<Value: Equatable>(_ value: Value, equals expected: Value, line: Int = #line) throws {
    if value != expected { throw CheckFailure(description: "\(value), not \(expected) (line \(line))") }
}

/// The error that `body` must throw.
func failure(line: Int = #line, _ body: () throws -> HTTPResponse) throws -> HTTPClientError {
    do {
        let response = try body()
        throw CheckFailure(description: "there was an answer: \(response.code) \(response.text) (line \(line))")
    } catch let error as HTTPClientError {
        return error
    }
}

extension HTTPResponse {
    var text: String { String(latin1: self.body) }
}

/// Ends the process if a check hangs.
final class Watchdog: Sendable {
    private let isOver = Mutex(false)

    init(_ name: String) {
        let watchdog = self
        Threads.start {
            for _ in 0..<400 {
                usleep(100_000)
                if watchdog.isOver.withLock({ $0 }) { return }
            }
            say("FAIL \(name): it hangs")
            _exit(3)
        }
    }

    func end() {
        self.isOver.withLock { $0 = true }
    }
}

enum Threads {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a detached thread.
    static func start(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        pthread_create(&thread, nil, Self.entry, Unmanaged.passRetained(Body(run)).toOpaque())
        pthread_detach(thread)
    }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
    }
}
