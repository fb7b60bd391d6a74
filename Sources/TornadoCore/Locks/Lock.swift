// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// A lock that one greenlet, task or callback holds at a time; whoever asked first gets it next.
///
/// ```swift
/// let lock = Lock()
/// try lock.with { try account.withdraw(10) }              // in a greenlet
/// try await lock.with { try await account.deposit(10) }   // in a task
/// ```
///
/// Nothing else runs on the loop's thread meanwhile anyway: a lock is needed only around what waits. Its holder must not take
/// it again; a greenlet may do that with an ``RLock``. It belongs to the thread that makes it.
///
/// - Note: The unchecked conformance is sound because every call checks its thread.
public final class Lock: @unchecked Sendable {
    private let gate = Semaphore(1)

    /// A lock that nobody holds.
    public init() {}

    /// Whether somebody holds it.
    public var locked: Bool { self.gate.locked }

    /// How many wait for it.
    public var waiting: Int { self.gate.waiting }

    /// Takes the lock; suspends the greenlet until it is free.
    ///
    /// - Parameters:
    ///   - blocking: Whether to wait.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it was taken; false if the time is over, or it is not free and `blocking` is false.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    @discardableResult
    public func acquire(blocking: Bool = true, timeout: Double? = nil) throws -> Bool {
        try self.gate.acquire(blocking: blocking, timeout: timeout)
    }

    /// Takes the lock; suspends the task, which must be on this thread, until it is free.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it was taken; false if the time is over.
    /// - Throws: `CancellationError` if the task is cancelled.
    @discardableResult
    nonisolated(nonsending) public func acquire(timeout: Double? = nil) async throws -> Bool {
        try await self.gate.acquire(timeout: timeout)
    }

    /// Has `callback` called by the loop when it has the lock, which it must give back.
    ///
    /// - Parameters:
    ///   - timeout: The most to wait, in seconds; null is for ever.
    ///   - callback: Told whether the lock was taken; false if the time is over.
    public func acquire(timeout: Double? = nil, _ callback: @escaping (Bool) throws -> Void) {
        self.gate.acquire(timeout: timeout, callback)
    }

    /// Gives the lock to who has waited longest; traps where nobody holds it.
    public func release() {
        demand(self.gate.locked, "Lock.release was called on a lock that nobody holds: call it once for each acquire.")
        self.gate.release()
    }

    /// Runs `body` with the lock taken.
    ///
    /// - Throws: What `body` throws; why the caller cannot wait, or what was thrown into it meanwhile.
    public func with<Value>(_ body: () throws -> Value) throws -> Value {
        try self.gate.with(body)
    }

    /// Runs `body`, which may wait, with the lock taken.
    ///
    /// - Throws: What `body` throws; `CancellationError` if the task is cancelled before it has the lock.
    nonisolated(nonsending) public func with<Value>(
        _ body: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        try await self.gate.with(body)
    }
}
