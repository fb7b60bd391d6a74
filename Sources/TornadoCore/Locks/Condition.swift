// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// Something that greenlets, tasks and callbacks wait to be told of.
///
/// ```swift
/// let changed = Condition()
/// Greenlet.spawn { try changed.wait(); print("it has changed") }
/// changed.notifyAll()
/// ```
///
/// It holds no lock, as everything runs on one thread, and remembers nothing: who begins to wait after a ``notify(_:)`` waits
/// for the next. It belongs to the thread that makes it.
///
/// - Note: The unchecked conformance is sound because every call checks its thread.
public final class Condition: @unchecked Sendable {
    private let thread = LoopThread()
    private var waiters = WaitList()

    /// A condition that nobody waits for.
    public init() {}

    /// How many wait.
    public var waiting: Int {
        self.thread.check("Condition.waiting")
        return self.waiters.count
    }

    /// Suspends the greenlet until it is told.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it was told; false if the time is over.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    @discardableResult
    public func wait(timeout: Double? = nil) throws -> Bool {
        try Parking.checkInterruption()
        let waiter = self.enter(Waiter())
        defer { self.waiters.remove(waiter) }
        return try waiter.wait(until: Parking.deadline(timeout), "Condition.wait")
    }

    /// Suspends the task, which must be on this thread, until it is told.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it was told; false if the time is over.
    /// - Throws: `CancellationError` if the task is cancelled.
    @discardableResult
    nonisolated(nonsending) public func wait(timeout: Double? = nil) async throws -> Bool {
        let waiter = self.enter(Waiter(ofTask: true))
        defer { self.waiters.remove(waiter) }
        return try await waiter.wait(timeout)
    }

    /// Has `callback` called by the loop when it is told.
    ///
    /// - Parameters:
    ///   - timeout: The most to wait, in seconds; null is for ever.
    ///   - callback: Told whether it was; false if the time is over.
    public func wait(timeout: Double? = nil, _ callback: @escaping (Bool) throws -> Void) {
        let waiter = self.enter(Waiter(ofTask: true))
        waiter.wait(timeout) {
            self.waiters.remove(waiter)
            try callback($0)
        }
    }

    /// Tells those `count` that have waited longest, or as many as there are.
    public func notify(_ count: Int = 1) {
        self.thread.check("Condition.notify")
        var rest = count
        while rest > 0, let waiter = self.waiters.popTaker() {
            waiter.wake()
            rest -= 1
        }
    }

    /// Tells all who wait now.
    public func notifyAll() {
        self.notify(.max)
    }

    private func enter(_ waiter: Waiter) -> Waiter {
        self.thread.check("Condition.wait")
        self.waiters.append(waiter)
        return waiter
    }
}
