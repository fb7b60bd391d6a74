// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// A ``Group`` of so many greenlets at most.
///
/// ```swift
/// let pool = Pool(10)
/// for url in urls { try pool.spawn { try fetch(url) } }  // waits while ten are at it
/// try pool.join()
/// ```
public final class Pool: Group, @unchecked Sendable {
    /// How many greenlets it holds at most; null is any number.
    public let size: Int?
    private let slots: Semaphore?

    /// An empty pool that holds `size` greenlets at most, 1 or more; null is any number.
    public init(_ size: Int? = nil) {
        demand(size.map { $0 > 0 } ?? true, "A Pool's size must be 1 or more, or null.")
        self.size = size
        self.slots = size.map { Semaphore($0) }
        super.init()
    }

    /// How many more greenlets it would hold; null is any number.
    public var freeCount: Int? { self.slots?.counter }

    /// Whether it holds as many as it may.
    public override var full: Bool { self.slots?.locked ?? false }

    /// Suspends the greenlet until there is room.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether there is; false if the time is over.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    @discardableResult
    public override func waitAvailable(timeout: Double? = nil) throws -> Bool {
        guard let slots = self.slots else { return true }
        guard try slots.acquire(timeout: timeout) else { return false }
        slots.release()
        return true
    }

    /// Takes a greenlet in that was spawned elsewhere; suspends the caller until there is room.
    ///
    /// - Throws: Why the caller cannot wait for room, or what was thrown into it meanwhile.
    public override func add(_ greenlet: Greenlet) throws {
        guard !greenlet.ready, !self.contains(greenlet) else { return }
        try self.slots?.acquire()
        // It may have ended meanwhile, or somebody else has added it.
        if greenlet.ready || self.contains(greenlet) { self.slots?.release() } else { self.enter(greenlet) }
    }

    /// Lets a greenlet go, which runs on, and makes room for another.
    public override func discard(_ greenlet: Greenlet) {
        if self.leave(greenlet) { self.slots?.release() }
    }
}
