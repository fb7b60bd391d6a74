// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// A ``SimpleQueue`` that knows when everything that was put in has been done.
///
/// ```swift
/// let jobs = Queue<Job>()
/// Greenlet.spawn { while true { try run(jobs.get()); jobs.taskDone() } }
/// for job in all { try jobs.put(job) }
/// try jobs.join()  // until each has been done
/// ```
public class Queue<Item>: SimpleQueue<Item>, @unchecked Sendable {
    /// How many items were put in and not said to be done.
    public final var unfinishedTasks: Int {
        self.checkThread("Queue.unfinishedTasks")
        return self.unfinished
    }
    private final var unfinished = 0
    private let finished = Event()

    /// An empty queue that holds `maxsize` items at most; null is any number.
    public convenience init(maxsize: Int? = nil) {
        self.init(maxsize: maxsize, store: ItemRing())
    }

    override init(maxsize: Int?, store: ItemStore<Item>) {
        self.finished.set()
        super.init(maxsize: maxsize, store: store)
    }

    /// Says that an item which was got out has been done; traps where that is said more often than items were put in.
    public final func taskDone() {
        demand(
            self.unfinishedTasks > 0,
            "Queue.taskDone was called more often than items were put in: call it once for each item got."
        )
        self.unfinished -= 1
        if self.unfinished == 0 { self.finished.set() }
    }

    /// Suspends the greenlet until everything that was put in has been done.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether everything has been; false if the time is over.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    @discardableResult
    public final func join(timeout: Double? = nil) throws -> Bool {
        try self.finished.wait(timeout: timeout)
    }

    /// Suspends the task, which must be on this thread, until everything that was put in has been done.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether everything has been; false if the time is over.
    /// - Throws: `CancellationError` if the task is cancelled.
    @discardableResult
    nonisolated(nonsending) public final func join(timeout: Double? = nil) async throws -> Bool {
        try await self.finished.wait(timeout: timeout)
    }

    /// Has `callback` called by the loop when everything that was put in has been done.
    ///
    /// - Parameters:
    ///   - timeout: The most to wait, in seconds; null is for ever.
    ///   - callback: Told whether everything has been; false if the time is over.
    public final func join(timeout: Double? = nil, _ callback: @escaping (Bool) throws -> Void) {
        self.finished.wait(timeout: timeout, callback)
    }

    /// Lets nothing more in: `put` throws from now on, and `get` once the queue is empty.
    ///
    /// - Parameter immediate: Also throw away what is in it.
    public final func shutdown(immediate: Bool = false) {
        self.close(dropping: immediate)
    }

    override func counted() {
        self.unfinished += 1
        self.finished.clear()
    }

    override func dropped() {
        self.taskDone()
    }
}

/// A ``Queue`` under the name it has where a plain one cannot be joined.
public typealias JoinableQueue<Item> = Queue<Item>

/// A ``Queue`` that gives the least item first; of equal ones, the one that was put in first.
///
/// ```swift
/// let urgent = PriorityQueue<(Int, String)> { $0.0 < $1.0 }
/// ```
public final class PriorityQueue<Item>: Queue<Item>, @unchecked Sendable {
    /// An empty queue that holds `maxsize` items at most, ordered by `isLess`.
    public convenience init(maxsize: Int? = nil, by isLess: @escaping (Item, Item) -> Bool) {
        self.init(maxsize: maxsize, store: ItemHeap(isLess))
    }

    /// An empty queue that holds `maxsize` items at most, in their own order.
    public convenience init(maxsize: Int? = nil) where Item: Comparable {
        self.init(maxsize: maxsize, by: <)
    }
}

/// A ``Queue`` that gives the item first that was put in last.
///
/// ```swift
/// let stack = LifoQueue<Int>()
/// ```
public final class LifoQueue<Item>: Queue<Item>, @unchecked Sendable {
    /// An empty queue that holds `maxsize` items at most; null is any number.
    public convenience init(maxsize: Int? = nil) {
        self.init(maxsize: maxsize, store: ItemStack())
    }
}
