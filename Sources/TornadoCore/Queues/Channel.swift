// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A queue that holds nothing: `put` waits until somebody gets the item.
///
/// ```swift
/// let channel = Channel<Int>()
/// Greenlet.spawn { try channel.put(1); print("it has arrived") }
/// print(try channel.get())
/// ```
///
/// It belongs to the thread that makes it.
///
/// - Note: The unchecked conformance is sound because every call checks its thread.
public final class Channel<Item>: @unchecked Sendable {
    private let thread = LoopThread()
    private var getters = WaitList()
    private var putters = WaitList()

    /// A channel that nobody waits at.
    public init() {}

    /// How many wait to put something, less those who wait to get something.
    public var balance: Int {
        self.thread.check("Channel.balance")
        return self.putters.count - self.getters.count
    }

    /// Hands an item to who gets next; suspends the greenlet until it was taken.
    ///
    /// - Parameters:
    ///   - item: What to hand over.
    ///   - block: Whether to wait.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Throws: ``GreenletError`` with ``GreenletError/Code/full`` if nobody took it in time; why the caller cannot wait, or
    ///   what was thrown into it meanwhile.
    public func put(_ item: Item, block: Bool = true, timeout: Double? = nil) throws {
        try Parking.checkInterruption()
        if self.handOver(item) { return }
        guard block else { throw Self.nobodyTookIt }
        let waiter = ItemWaiter(item)
        self.putters.append(waiter)
        defer { self.putters.remove(waiter) }
        guard try waiter.wait(until: Parking.deadline(timeout), "Channel.put") else { throw Self.nobodyTookIt }
    }

    /// Hands an item to who gets next; suspends the task, which must be on this thread, until it was taken.
    ///
    /// - Parameters:
    ///   - item: What to hand over.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Throws: ``GreenletError`` if nobody took it in time; `CancellationError` if the task is cancelled.
    nonisolated(nonsending) public func put(_ item: Item, timeout: Double? = nil) async throws {
        if self.handOver(item) { return }
        let waiter = ItemWaiter(item, ofTask: true)
        self.putters.append(waiter)
        defer { self.putters.remove(waiter) }
        guard try await waiter.wait(timeout) else { throw Self.nobodyTookIt }
    }

    /// Hands an item to somebody who waits for one.
    ///
    /// - Throws: ``GreenletError`` if nobody does.
    public func putNowait(_ item: Item) throws {
        guard self.handOver(item) else { throw Self.nobodyTookIt }
    }

    /// Takes the item of who has waited longest; suspends the greenlet until there is one.
    ///
    /// - Parameters:
    ///   - block: Whether to wait.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: The item.
    /// - Throws: ``GreenletError`` with ``GreenletError/Code/empty`` if there was none in time; why the caller cannot wait, or
    ///   what was thrown into it meanwhile.
    public func get(block: Bool = true, timeout: Double? = nil) throws -> Item {
        try Parking.checkInterruption()
        if let item = self.takeOver() { return item }
        guard block else { throw Self.nobodyGaveOne }
        let waiter = ItemWaiter<Item>()
        self.getters.append(waiter)
        defer { self.getters.remove(waiter) }
        guard try waiter.wait(until: Parking.deadline(timeout), "Channel.get") else { throw Self.nobodyGaveOne }
        return try waiter.take()
    }

    /// Takes the item of who has waited longest; suspends the task, which must be on this thread, until there is one.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: The item.
    /// - Throws: ``GreenletError`` if there was none in time; `CancellationError` if the task is cancelled.
    nonisolated(nonsending) public func get(timeout: Double? = nil) async throws -> Item {
        if let item = self.takeOver() { return item }
        let waiter = ItemWaiter<Item>(ofTask: true)
        self.getters.append(waiter)
        defer { self.getters.remove(waiter) }
        guard try await waiter.wait(timeout) else { throw Self.nobodyGaveOne }
        return try waiter.take()
    }

    /// Takes the item of somebody who waits to give one.
    ///
    /// - Throws: ``GreenletError`` if nobody does.
    public func getNowait() throws -> Item {
        guard let item = self.takeOver() else { throw Self.nobodyGaveOne }
        return item
    }

    private func handOver(_ item: Item) -> Bool {
        self.thread.check("Channel.put")
        guard let getter = self.getters.popTaker() as? ItemWaiter<Item> else { return false }
        getter.item = item
        getter.wake()
        return true
    }

    private func takeOver() -> Item? {
        self.thread.check("Channel.get")
        guard let putter = self.putters.popTaker() as? ItemWaiter<Item>, let item = putter.item else { return nil }
        putter.item = nil
        putter.wake()
        return item
    }

    private static var nobodyTookIt: GreenletError { GreenletError(.full, "Nobody got the channel's item") }

    private static var nobodyGaveOne: GreenletError { GreenletError(.empty, "Nobody put an item into the channel") }
}
