// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Synchronization
import Tornado

/// One behaviour, by its name.
struct Check {
    let name: String
    let body: (IOLoop) throws -> Void

    init(_ name: String, _ body: @escaping (IOLoop) throws -> Void) {
        self.name = name
        self.body = body
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

func expect(_ condition: Bool, _ what: @autoclosure () -> String, line: Int = #line) throws {
    if !condition { throw CheckFailure(description: "\(what()) (line \(line))") }
}

func expect<Value: Equatable>(_ value: Value, equals expected: Value, line: Int = #line) throws {
    if value != expected { throw CheckFailure(description: "\(value), not \(expected) (line \(line))") }
}

/// What `body` throws; it must be of a kind.
@discardableResult
func expectError<Failure: Error>(
    _ kind: Failure.Type,
    line: Int = #line,
    _ body: () throws -> Void
) throws -> Failure {
    do {
        try body()
    } catch let error as Failure {
        return error
    } catch {
        throw CheckFailure(description: "threw \(error) (line \(line))")
    }
    throw CheckFailure(description: "threw nothing (line \(line))")
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
        pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            },
            Unmanaged.passRetained(Body(run)).toOpaque()
        )
        pthread_detach(thread)
    }
}

extension IOLoop {
    /// Runs the loop for so many seconds.
    func run(for seconds: Double) throws {
        self.callLater(seconds) { self.stop() }
        try self.start()
    }

    /// Runs the loop until a condition holds, or 20 seconds have passed.
    func run(until condition: @escaping () -> Bool, line: Int = #line) throws {
        let deadline = self.time() + 20
        while !condition() {
            try expect(self.time() < deadline, "it did not come", line: line)
            try self.run(for: 0.002)
        }
    }
}
