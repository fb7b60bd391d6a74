// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import ProviderKit

/// Runs blocking code from a task: in a greenlet, so that the loop goes on meanwhile.
///
/// ```swift
/// let rows = try await blocking { try database.query("select 1") }
/// ```
///
/// A task itself cannot wait as plain code does under gtornado: a blocking call made straight from it holds the loop up. Where
/// nobody provides greenlets, and in a task that is not on a running loop's thread, the code runs on a thread of its own, of 64
/// at most.
///
/// Cancelling the task kills the greenlet: its waits fail, and this throws when it has ended. Code on a thread runs to its
/// end.
///
/// - Parameters:
///   - name: For logs and run info; null is the place of the call.
///   - fileID: Where the greenlet is spawned; leave it alone.
///   - line: Where the greenlet is spawned; leave it alone.
///   - body: The code; what it holds must not be used elsewhere at the same time.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; `CancellationError` if the task was cancelled before it ended; ``GreenletError`` if the system
///   has no thread or stack for it.
nonisolated(nonsending) public func blocking<Value>(
    name: String? = nil,
    fileID: StaticString = #fileID,
    line: UInt = #line,
    _ body: sending @escaping () throws -> sending Value
) async throws -> Value {
    // A greenlet runs on the loop of its task's thread: if that does not run, nobody would go on in it.
    guard Greenlet.isAvailable, let loop = CurrentLoop.ifAny, loop.isRunning else {
        return try await BlockingThreads.run(body)
    }
    try Task.checkCancellation()
    let greenlet = GreenletOf(name: name, fileID: fileID, line: line, body)
    greenlet.logsErrors = false
    greenlet.start()
    await withTaskCancellationHandler {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            greenlet.onEnd { continuation.resume() }
        }
    } onCancel: {
        loop.addCallback { try greenlet.kill(block: false) }
    }
    if greenlet.failure is GreenletExit, Task.isCancelled { throw CancellationError() }
    return try greenlet.outcome()
}

extension Greenlet {
    /// Suspends the greenlet until a task has done `body`, on the same loop.
    ///
    /// ```swift
    /// let user = try Greenlet.wait { try await cache.user(7) }
    /// ```
    ///
    /// If something is thrown into the greenlet meanwhile, the task is cancelled.
    ///
    /// - Parameter body: What to await. It runs on the loop's thread.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; why the caller cannot wait, or what was thrown into it meanwhile.
    public static func wait<Value>(_ body: @escaping () async throws -> Value) throws -> Value {
        _ = try Parking.running("Greenlet.wait")
        try Parking.checkInterruption()
        let waiter = Waiter()
        var result: Result<Value, any Error>?
        let task = IOLoop.current.spawn {
            do { result = .success(try await body()) } catch { result = .failure(error) }
            waiter.wake()
        }
        do {
            // Other threads may end what the task awaits: nobody can know that it would block for ever.
            while try !waiter.wait(until: Parking.deadline(86400), "Greenlet.wait") {}
        } catch {
            task.cancel()
            throw error
        }
        guard let result else { trap("A task ended without a result.") }
        return try result.get()
    }
}

extension Task where Success: Sendable {
    /// Suspends the running greenlet until the task has ended, and returns its value.
    ///
    /// ```swift
    /// let task = Task { try await fetch() }
    /// Greenlet.spawn { print(try task.get()) }
    /// ```
    ///
    /// - Throws: What the task throws; why the caller cannot wait, or what was thrown into it meanwhile, which leaves the task
    ///   alone.
    public func get() throws -> Success {
        try Greenlet.wait {
            switch await self.result {
            case .success(let value): value
            case .failure(let error): throw error
            }
        }
    }
}
