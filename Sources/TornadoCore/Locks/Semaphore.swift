// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// A number of permits, which greenlets, tasks and callbacks take and give back.
///
/// ```swift
/// let slots = Semaphore(4)
/// try slots.with { try download(url) }  // four at a time
/// ```
///
/// Who asked first gets the next permit. It belongs to the thread that makes it.
///
/// - Note: The unchecked conformance is sound because every call checks its thread.
public class Semaphore: @unchecked Sendable {
    private let thread = LoopThread()
    private var permits: Int
    private var waiters = WaitList()

    /// A semaphore with so many permits; not less than 0.
    public init(_ value: Int = 1) {
        demand(value >= 0, "A Semaphore cannot have \(value) permits: give it 0 or more.")
        self.permits = value
    }

    /// How many permits can be taken at once.
    public final var counter: Int {
        self.thread.check("Semaphore.counter")
        return self.permits
    }

    /// Whether there is no permit left.
    public final var locked: Bool { self.counter == 0 }

    /// How many wait for a permit.
    public final var waiting: Int {
        self.thread.check("Semaphore.waiting")
        return self.waiters.count
    }

    /// Takes a permit; suspends the greenlet until there is one.
    ///
    /// - Parameters:
    ///   - blocking: Whether to wait.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it was taken; false if the time is over, or there is none and `blocking` is false.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    @discardableResult
    public final func acquire(blocking: Bool = true, timeout: Double? = nil) throws -> Bool {
        try self.acquire(blocking: blocking, timeout: timeout, "Semaphore.acquire")
    }

    /// The same for another lock, which is named in run info.
    final func acquire(blocking: Bool, timeout: Double?, _ why: StaticString) throws -> Bool {
        if self.takeOne() { return true }
        guard blocking else { return false }
        let waiter = Waiter()
        self.waiters.append(waiter)
        defer { self.waiters.remove(waiter) }
        return try waiter.wait(until: Parking.deadline(timeout), why)
    }

    /// Takes a permit; suspends the task, which must be on this thread, until there is one.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it was taken; false if the time is over.
    /// - Throws: `CancellationError` if the task is cancelled.
    @discardableResult
    nonisolated(nonsending) public final func acquire(timeout: Double? = nil) async throws -> Bool {
        if self.takeOne() { return true }
        let waiter = Waiter(ofTask: true)
        self.waiters.append(waiter)
        defer { self.waiters.remove(waiter) }
        return try await waiter.wait(timeout)
    }

    /// Has `callback` called by the loop when there is a permit for it, which it must give back.
    ///
    /// - Parameters:
    ///   - timeout: The most to wait, in seconds; null is for ever.
    ///   - callback: Told whether a permit was taken; false if the time is over.
    public final func acquire(timeout: Double? = nil, _ callback: @escaping (Bool) throws -> Void) {
        if self.takeOne() { return IOLoop.current.spawnCallback { try callback(true) } }
        let waiter = Waiter(ofTask: true)
        self.waiters.append(waiter)
        waiter.wait(timeout) {
            self.waiters.remove(waiter)
            try callback($0)
        }
    }

    /// Gives a permit back, or adds one: to who has waited longest.
    public func release() {
        self.thread.check("Semaphore.release")
        // Handed over, not put down: nobody can come between.
        if let waiter = self.waiters.popTaker() { waiter.wake() } else { self.permits += 1 }
    }

    /// Runs `body` with a permit.
    ///
    /// - Throws: What `body` throws; why the caller cannot wait, or what was thrown into it meanwhile.
    public final func with<Value>(_ body: () throws -> Value) throws -> Value {
        try self.acquire()
        defer { self.release() }
        return try body()
    }

    /// Runs `body`, which may wait, with a permit.
    ///
    /// - Throws: What `body` throws; `CancellationError` if the task is cancelled before it has the permit.
    nonisolated(nonsending) public final func with<Value>(
        _ body: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        try await self.acquire(timeout: nil)
        defer { self.release() }
        return try await body()
    }

    private func takeOne() -> Bool {
        self.thread.check("Semaphore.acquire")
        guard self.permits > 0 else { return false }
        self.permits -= 1
        return true
    }
}

/// A ``Semaphore`` that traps when more permits are given back than were taken.
///
/// ```swift
/// let connections = BoundedSemaphore(10)
/// ```
public final class BoundedSemaphore: Semaphore, @unchecked Sendable {
    private let most: Int

    /// A semaphore with so many permits, and never more.
    public override init(_ value: Int = 1) {
        self.most = value
        super.init(value)
    }

    /// Gives a permit back.
    public override func release() {
        demand(
            self.counter < self.most,
            "BoundedSemaphore.release was called more often than acquire: all \(self.most) permits are there already."
        )
        super.release()
    }
}
