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

    /// A check that runs as a task on the loop.
    init(task name: String, _ body: @escaping () async throws -> Void) {
        self.name = name
        self.body = { try $0.runSync(timeout: .seconds(20), body) }
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

/// The thread that runs the checks, which asks for this first.
let mainThread = pthread_self()

/// Whether the caller is on that thread.
///
/// Never inlined: the C library says that pthread_self() has no side effects, so that a task which changes threads
/// might keep an old answer.
@inline(never)
func isOnMainThread() -> Bool { pthread_equal(mainThread, pthread_self()) != 0 }

func expectHere(_ what: String, line: Int = #line) throws {
    try expect(isOnMainThread(), "\(what) runs on another thread", line: line)
}

func expect(_ condition: Bool, _ what: @autoclosure () -> String, line: Int = #line) throws {
    if !condition { throw CheckFailure(description: "\(what()) (line \(line))") }
}

func expect<Value: Equatable>(_ value: Value, equals expected: Value, line: Int = #line) throws {
    if value != expected { throw CheckFailure(description: "\(value), not \(expected) (line \(line))") }
}

/// Ends the process if a check hangs.
final class Watchdog: Sendable {
    private let isOver = Mutex(false)

    init(_ name: String) {
        let watchdog = self
        Threads.start {
            for _ in 0..<300 {
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

    /// Runs on another thread and waits for it.
    static func run(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        pthread_create(&thread, nil, Self.entry, Unmanaged.passRetained(Body(run)).toOpaque())
        pthread_join(thread, nil)
    }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
    }
}

/// A pipe or a socket pair, closed when the last reference goes.
final class Pair {
    let first: Int32
    let second: Int32
    private var isOpen = [true, true]

    init(socket isSocket: Bool = true) throws {
        var ends: [Int32] = [-1, -1]
        let code = isSocket ? socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) : pipe(&ends)
        try expect(code == 0, "no descriptors: \(String(cString: strerror(errno)))")
        (self.first, self.second) = (ends[0], ends[1])
    }

    deinit {
        self.closeFirst()
        self.closeSecond()
    }

    func closeFirst() {
        if self.isOpen[0] { close(self.first) }
        self.isOpen[0] = false
    }

    func closeSecond() {
        if self.isOpen[1] { close(self.second) }
        self.isOpen[1] = false
    }

    /// Makes the first end readable.
    func send(_ text: String = "x") {
        _ = write(self.second, text, text.utf8.count)
    }

    /// Takes what the first end has to read.
    func drain() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        _ = read(self.first, &bytes, bytes.count)
    }
}

extension IOLoop {
    /// Runs the loop, but not longer than so many seconds.
    ///
    /// Returns whether something stopped it before.
    @discardableResult
    func start(limit seconds: Double) throws -> Bool {
        var isOver = false
        let limit = self.callLater(seconds) {
            isOver = true
            self.stop()
        }
        try self.start()
        self.removeTimeout(limit)
        return !isOver
    }
}
