// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A flag that greenlets, tasks and callbacks wait for.
///
/// ```swift
/// let ready = Event()
/// Greenlet.spawn { try ready.wait(); print("here we go") }
/// ready.set()
/// ```
///
/// It belongs to the thread that makes it, but may be set and cleared from any.
///
/// - Note: The unchecked conformance is sound because the loop is constant, and the rest is touched on its thread only.
public final class Event: @unchecked Sendable {
    private let loop = IOLoop.current
    private var flag = false
    private var waiters = WaitList()

    /// An event that is not set.
    public init() {}

    /// Whether it is set.
    public var isSet: Bool {
        self.loop.checkThread("Event.isSet")
        return self.flag
    }

    /// Whether it is set: ``isSet`` under the name that everything has which can be waited for.
    public var ready: Bool { self.isSet }

    /// Sets it, and wakes all who wait, in the order in which they came.
    ///
    /// From any thread; from another one than its own it is set a little later.
    public func set() {
        guard self.loop.isOnThread else { return self.loop.addCallback { self.set() } }
        self.flag = true
        while let waiter = self.waiters.popFirst() { waiter.wake() }
    }

    /// Takes the flag back: those that wait from now on wait for the next ``set()``.
    ///
    /// From any thread; from another one than its own it is cleared a little later.
    public func clear() {
        guard self.loop.isOnThread else { return self.loop.addCallback { self.clear() } }
        self.flag = false
    }

    /// Suspends the greenlet until the event is set.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it was set; false if the time is over.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    @discardableResult
    public func wait(timeout: Double? = nil) throws -> Bool {
        self.loop.checkThread("Event.wait")
        try Parking.checkInterruption()
        if self.flag { return true }
        let waiter = Waiter()
        self.waiters.append(waiter)
        defer { self.waiters.remove(waiter) }
        return try waiter.wait(until: Parking.deadline(timeout), "Event.wait")
    }

    /// Suspends the task, which must be on the event's thread, until the event is set.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it was set; false if the time is over.
    /// - Throws: `CancellationError` if the task is cancelled.
    @discardableResult
    nonisolated(nonsending) public func wait(timeout: Double? = nil) async throws -> Bool {
        self.loop.checkThread("Event.wait")
        if self.flag { return true }
        let waiter = Waiter(ofTask: true)
        self.waiters.append(waiter)
        defer { self.waiters.remove(waiter) }
        return try await waiter.wait(timeout)
    }

    /// Has `callback` called by the loop when the event is set; soon, if it is already.
    ///
    /// - Parameters:
    ///   - timeout: The most to wait, in seconds; null is for ever.
    ///   - callback: Told whether it was set; false if the time is over.
    public func wait(timeout: Double? = nil, _ callback: @escaping (Bool) throws -> Void) {
        self.loop.checkThread("Event.wait")
        if self.flag { return self.loop.spawnCallback { try callback(true) } }
        let waiter = Waiter(ofTask: true)
        self.waiters.append(waiter)
        waiter.wait(timeout) {
            self.waiters.remove(waiter)
            try callback($0)
        }
    }
}
