// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Timeouts by deadline, equal ones in the order they were set: a binary heap whose nodes know their place, so that one
/// can be taken out of the middle.
///
/// Nodes are reused, never left behind. Used on the loop's thread only.
///
/// The heap owns the nodes' memory; `deallocate` ends it all without a call.
struct TimerHeap {
    /// A timeout.
    ///
    /// Its address is the handle (`gt_timeout *`).
    struct Node {
        var callback: gt_callback
        var context: UnsafeMutableRawPointer?
        /// Its place in the heap, or one of the two below.
        var place: Int
        var nextFree: UnsafeMutablePointer<Node>?

        /// Taken out to be called in this pass.
        static let due = -1
        /// Removed between being taken out and being called.
        static let removed = -2
    }

    private struct Entry {
        var when: Double
        var order: UInt64
        var node: UnsafeMutablePointer<Node>

        @inline(__always)
        func isBefore(_ other: Entry) -> Bool {
            self.when != other.when ? self.when < other.when : self.order < other.order
        }
    }

    private var entries = ContiguousArray<Entry>()
    private var order: UInt64 = 0
    private var free: UnsafeMutablePointer<Node>?
    private var due = ContiguousArray<UnsafeMutablePointer<Node>>()

    /// How many of the collected ones are still to be called.
    private var dueLeft = 0

    /// How many are still to be called.
    var count: Int { self.entries.count + self.dueLeft }

    /// The earliest deadline; infinite if there is none.
    var next: Double { self.entries.first?.when ?? .infinity }

    mutating func deallocate() {
        for entry in self.entries { entry.node.deallocate() }
        self.entries = []
        while let node = self.free {
            self.free = node.pointee.nextFree
            node.deallocate()
        }
    }

    mutating func insert(
        _ when: Double,
        _ callback: @escaping gt_callback,
        _ context: UnsafeMutableRawPointer?
    ) -> UnsafeMutablePointer<Node> {
        let node = self.free ?? .allocate(capacity: 1)
        if let free = self.free { self.free = free.pointee.nextFree }
        node.initialize(to: Node(callback: callback, context: context, place: self.entries.count))
        self.order &+= 1
        self.entries.append(Entry(when: when, order: self.order, node: node))
        self.siftUp(self.entries.count - 1)
        return node
    }

    mutating func remove(_ node: UnsafeMutablePointer<Node>) {
        let place = node.pointee.place
        guard place >= 0 else {
            // In the batch that is being run, which gives it back when it comes to it.
            if node.pointee.place == Node.due { self.dueLeft -= 1 }
            node.pointee.place = Node.removed
            return
        }
        self.removeEntry(at: place)
        self.recycle(node)
    }

    /// Takes out what is due at `now`, earliest first; `takeDue` then hands it out.
    ///
    /// What is set from here on is not in it.
    mutating func collectDue(_ now: Double) {
        while let first = self.entries.first, first.when <= now {
            self.removeEntry(at: 0)
            first.node.pointee.place = Node.due
            self.due.append(first.node)
        }
        self.dueLeft = self.due.count
    }

    /// How many were collected.
    var dueCount: Int { self.due.count }

    /// The callback of the collected timeout at `index`, whose handle is dead from now on; null if it was removed.
    mutating func takeDue(_ index: Int) -> CallbackQueue.Entry? {
        let node = self.due[index]
        let isRemoved = node.pointee.place == Node.removed
        let entry = CallbackQueue.Entry(callback: node.pointee.callback, context: node.pointee.context)
        self.recycle(node)
        if !isRemoved { self.dueLeft -= 1 }
        return isRemoved ? nil : entry
    }

    mutating func endDue() {
        self.due.removeAll(keepingCapacity: self.due.count <= 1024)
    }

    private mutating func recycle(_ node: UnsafeMutablePointer<Node>) {
        node.pointee.nextFree = self.free
        self.free = node
    }

    private mutating func removeEntry(at place: Int) {
        let last = self.entries.removeLast()
        guard place < self.entries.count else { return }
        self.put(last, at: place)
        self.siftDown(place)
        self.siftUp(last.node.pointee.place)
    }

    @inline(__always)
    private mutating func put(_ entry: Entry, at place: Int) {
        self.entries[place] = entry
        entry.node.pointee.place = place
    }

    private mutating func siftUp(_ start: Int) {
        let entry = self.entries[start]
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard entry.isBefore(self.entries[parent]) else { break }
            self.put(self.entries[parent], at: place)
            place = parent
        }
        if place != start { self.put(entry, at: place) }
    }

    private mutating func siftDown(_ start: Int) {
        let entry = self.entries[start]
        let count = self.entries.count
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < count else { break }
            if child + 1 < count, self.entries[child + 1].isBefore(self.entries[child]) { child += 1 }
            guard self.entries[child].isBefore(entry) else { break }
            self.put(self.entries[child], at: place)
            place = child
        }
        if place != start { self.put(entry, at: place) }
    }
}
