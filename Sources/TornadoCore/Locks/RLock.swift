// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// A lock that its owner, a greenlet, may take again and again.
///
/// ```swift
/// let lock = RLock()
/// try lock.with { try account.withdraw(10) }
/// ```
///
/// Greenlets run one at a time: a lock is needed only around what waits. It belongs to the thread that makes it.
///
/// - Note: The unchecked conformance is sound because every call checks its thread.
public final class RLock: @unchecked Sendable {
    private let gate = Semaphore(1)
    private var owner: Greenlet?
    private var depth = 0

    /// A lock that nobody holds.
    public init() {}

    /// Whether somebody holds it.
    public var locked: Bool { self.gate.locked }

    /// Whether the running greenlet holds it.
    public var isOwned: Bool {
        // The gate's own check: both belong to one thread.
        guard self.gate.locked, let owner = self.owner else { return false }
        return owner === Greenlet.current
    }

    /// Takes the lock; suspends the greenlet until it is free.
    ///
    /// - Parameters:
    ///   - blocking: Whether to wait.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it was taken; false if the time is over, or it is not free and `blocking` is false.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    @discardableResult
    public func acquire(blocking: Bool = true, timeout: Double? = nil) throws -> Bool {
        let running = try Parking.running("RLock.acquire")
        if self.owner === running {
            self.depth += 1
            return true
        }
        guard try self.gate.acquire(blocking: blocking, timeout: timeout, "RLock.acquire") else { return false }
        self.owner = running
        self.depth = 1
        return true
    }

    /// Gives the lock back, as often as it was taken; traps where the caller does not hold it.
    public func release() {
        demand(
            self.isOwned,
            "RLock.release was called by '\(Greenlet.current.name)', which does not hold the lock: "
                + (self.owner.map { "'\($0.name)' does" } ?? "nobody does") + "."
        )
        self.depth -= 1
        guard self.depth == 0 else { return }
        self.owner = nil
        self.gate.release()
    }

    /// Runs `body` with the lock taken.
    ///
    /// - Throws: What `body` throws; why the caller cannot wait, or what was thrown into it meanwhile.
    public func with<Value>(_ body: () throws -> Value) throws -> Value {
        try self.acquire()
        defer { self.release() }
        return try body()
    }
}
