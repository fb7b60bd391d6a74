// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// Items that are put in at one end and got out at the other, first in, first out: how greenlets, tasks and
/// callbacks pass work on.
///
/// ```swift
/// let lines = SimpleQueue<String>(maxsize: 100)
/// Greenlet.spawn { while true { print(try lines.get()) } }
/// try lines.put("a line")
/// ```
///
/// `put` waits while the queue is full, `get` while it is empty; who asked first is served first. It belongs to the thread
/// that makes it.
///
/// - Note: The unchecked conformance is sound because every call checks its thread: an item is put in, kept and got out on
///   one thread.
public class SimpleQueue<Item>: @unchecked Sendable {
    /// The most items that it holds; null is any number.
    public final let maxsize: Int?
    private let thread = LoopThread()
    private let store: ItemStore<Item>
    private var getters = WaitList()
    private var putters = WaitList()
    private(set) final var isShutDown = false

    /// An empty queue that holds `maxsize` items at most; null is any number.
    public convenience init(maxsize: Int? = nil) {
        self.init(maxsize: maxsize, store: ItemRing())
    }

    init(maxsize: Int?, store: ItemStore<Item>) {
        demand(maxsize.map { $0 > 0 } ?? true, "A queue's maxsize must be 1 or more; a Channel holds nothing.")
        self.maxsize = maxsize
        self.store = store
    }

    // MARK: What is in it

    /// How many items are in it.
    public final var qsize: Int {
        self.thread.check("Queue.qsize")
        return self.store.count
    }

    /// Whether nothing is in it.
    public final var isEmpty: Bool { self.qsize == 0 }

    /// Whether no more goes in.
    public final var isFull: Bool { self.maxsize.map { self.qsize >= $0 } ?? false }

    /// How many wait to get something.
    public final var waitingToGet: Int {
        self.checkThread("Queue.waitingToGet")
        return self.getters.count
    }

    /// How many wait to put something in.
    public final var waitingToPut: Int {
        self.checkThread("Queue.waitingToPut")
        return self.putters.count
    }

    // MARK: Putting

    /// Puts an item in; suspends the greenlet while the queue is full.
    ///
    /// - Parameters:
    ///   - item: What to put in.
    ///   - block: Whether to wait.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Throws: ``GreenletError`` with ``GreenletError/Code/full`` if there was no room in time, or with
    ///   ``GreenletError/Code/shutDown``; why the caller cannot wait, or what was thrown into it meanwhile.
    public final func put(_ item: Item, block: Bool = true, timeout: Double? = nil) throws {
        if try self.putAtOnce(item) { return }
        guard block else { throw Self.full }
        let waiter = ItemWaiter(item)
        self.putters.append(waiter)
        defer { self.putters.remove(waiter) }
        guard try waiter.wait(until: Parking.deadline(timeout), "Queue.put") else { throw Self.full }
        if let failure = waiter.failure { throw failure }
    }

    /// Puts an item in; suspends the task, which must be on this thread, while the queue is full.
    ///
    /// - Parameters:
    ///   - item: What to put in.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Throws: ``GreenletError`` if there was no room in time, or the queue is shut down; `CancellationError` if the task is
    ///   cancelled.
    nonisolated(nonsending) public final func put(_ item: Item, timeout: Double? = nil) async throws {
        if try self.putAtOnce(item) { return }
        let waiter = ItemWaiter(item, ofTask: true)
        self.putters.append(waiter)
        defer { self.putters.remove(waiter) }
        guard try await waiter.wait(timeout) else { throw Self.full }
        if let failure = waiter.failure { throw failure }
    }

    /// Puts an item in, as soon as there is room, and has `callback` called by the loop then.
    ///
    /// - Parameters:
    ///   - item: What to put in.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    ///   - callback: Told how it went: ``GreenletError`` if there was no room in time, or the queue is shut down.
    public final func put(
        _ item: Item,
        timeout: Double? = nil,
        _ callback: @escaping (Result<Void, GreenletError>) throws -> Void
    ) {
        let waiter = ItemWaiter(item, ofTask: true)
        do {
            if try self.putAtOnce(item) { return IOLoop.current.spawnCallback { try callback(.success(())) } }
        } catch {
            return IOLoop.current.spawnCallback { try callback(.failure(error)) }
        }
        self.putters.append(waiter)
        waiter.wait(timeout) { isWoken in
            self.putters.remove(waiter)
            if let failure = isWoken ? waiter.failure : Self.full { return try callback(.failure(failure)) }
            try callback(.success(()))
        }
    }

    /// Puts an item in without waiting.
    ///
    /// - Throws: ``GreenletError`` if there is no room, or the queue is shut down.
    public final func putNowait(_ item: Item) throws {
        guard try self.putAtOnce(item) else { throw Self.full }
    }

    // MARK: Getting

    /// Gets the next item out; suspends the greenlet until there is one.
    ///
    /// - Parameters:
    ///   - block: Whether to wait.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: The item.
    /// - Throws: ``GreenletError`` with ``GreenletError/Code/empty`` if there was none in time, or with
    ///   ``GreenletError/Code/shutDown`` if there will be none; why the caller cannot wait, or what was thrown into it.
    public final func get(block: Bool = true, timeout: Double? = nil) throws -> Item {
        try Parking.checkInterruption()
        if !block { return try self.getNowait() }
        guard let item = try self.take(until: Parking.deadline(timeout), "Queue.get") else { throw Self.empty }
        return item
    }

    /// Gets the next item out; suspends the task, which must be on this thread, until there is one.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: The item.
    /// - Throws: ``GreenletError`` if there was none in time, or there will be none; `CancellationError` if the task is
    ///   cancelled.
    nonisolated(nonsending) public final func get(timeout: Double? = nil) async throws -> Item {
        if let item = try self.getAtOnce() { return item }
        let waiter = ItemWaiter<Item>(ofTask: true)
        self.getters.append(waiter)
        defer { self.getters.remove(waiter) }
        guard try await waiter.wait(timeout) else { throw Self.empty }
        return try waiter.take()
    }

    /// Has `callback` called by the loop with the next item, as soon as there is one.
    ///
    /// ```swift
    /// queue.get { item in print(try item.get()) }
    /// ```
    ///
    /// - Parameters:
    ///   - timeout: The most to wait, in seconds; null is for ever.
    ///   - callback: Told the item, or ``GreenletError`` if there was none in time, or there will be none.
    public final func get(timeout: Double? = nil, _ callback: @escaping (Result<Item, GreenletError>) throws -> Void) {
        do {
            if let item = try self.getAtOnce() {
                return IOLoop.current.spawnCallback { try callback(.success(item)) }
            }
        } catch {
            return IOLoop.current.spawnCallback { try callback(.failure(error)) }
        }
        let waiter = ItemWaiter<Item>(ofTask: true)
        self.getters.append(waiter)
        waiter.wait(timeout) { isWoken in
            self.getters.remove(waiter)
            if let failure = isWoken ? waiter.failure : Self.empty { return try callback(.failure(failure)) }
            if let item = waiter.item { try callback(.success(item)) }
        }
    }

    /// Gets the next item out without waiting.
    ///
    /// - Throws: ``GreenletError`` if there is none.
    public final func getNowait() throws -> Item {
        guard let item = try self.getAtOnce() else { throw Self.empty }
        return item
    }

    /// The next item, which stays in; null if there is none.
    public final func peek() -> Item? {
        self.thread.check("Queue.peek")
        return self.store.first
    }

    // MARK: For the rest of the framework

    @inline(__always)
    final func checkThread(_ name: StaticString) {
        self.thread.check(name)
    }

    /// Waits for an item until a deadline; null if that came first.
    final func take(until deadline: Double, _ why: StaticString) throws -> Item? {
        if let item = try self.getAtOnce() { return item }
        let waiter = ItemWaiter<Item>()
        self.getters.append(waiter)
        defer { self.getters.remove(waiter) }
        guard try waiter.wait(until: deadline, why) else { return nil }
        return try waiter.take()
    }

    /// Puts an item in, room or not.
    final func add(_ item: Item) {
        self.counted()
        if let getter = self.getters.popTaker() {
            self.hand(item, to: getter)
        } else {
            self.store.add(item)
        }
    }

    /// Ends all waits, and lets nobody begin one.
    final func close(dropping: Bool) {
        self.thread.check("Queue.shutdown")
        self.isShutDown = true
        if dropping { while self.store.take() != nil { self.dropped() } }
        while let waiter = self.getters.popFirst() { self.fail(waiter) }
        while let waiter = self.putters.popFirst() { self.fail(waiter) }
    }

    /// An item was put in.
    func counted() {}

    /// An item was thrown away.
    func dropped() {}

    private func putAtOnce(_ item: Item) throws(GreenletError) -> Bool {
        self.thread.check("Queue.put")
        if self.isShutDown { throw Self.closed }
        if self.isFull { return false }
        self.add(item)
        return true
    }

    private func getAtOnce() throws(GreenletError) -> Item? {
        self.thread.check("Queue.get")
        guard let item = self.store.take() else {
            if self.isShutDown { throw Self.closed }
            return nil
        }
        if let putter = self.putters.popTaker() as? ItemWaiter<Item>, let next = putter.item {
            putter.item = nil
            self.counted()
            self.store.add(next)
            putter.wake()
        }
        return item
    }

    private func hand(_ item: Item, to getter: Waiter) {
        // Both lists hold nothing else.
        guard let getter = getter as? ItemWaiter<Item> else { return }
        getter.item = item
        getter.wake()
    }

    private func fail(_ waiter: Waiter) {
        (waiter as? ItemWaiter<Item>)?.failure = Self.closed
        waiter.wake()
    }

    private static var empty: GreenletError { GreenletError(.empty, "The queue is empty") }

    private static var full: GreenletError { GreenletError(.full, "The queue is full") }

    private static var closed: GreenletError { GreenletError(.shutDown, "The queue was shut down") }
}
