// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Synchronization

/// Callbacks on their way from any thread to one: a linked stack that is taken whole, and turned round.
///
/// No lock: where many threads add at once, the standard library's mutex hands itself from one to the next through the
/// kernel, which was measured to cost 30 µs a callback with eight threads. A node belongs to the thread that makes it until
/// it is linked in, and then to whoever takes the stack.
struct CallbackInbox: ~Copyable {
    private struct Node {
        var entry: CallbackQueue.Entry
        var next: UnsafeMutablePointer<Node>?
    }

    private let last = Atomic<UnsafeMutablePointer<Node>?>(nil)

    /// Whether there is nothing to take.
    @inline(__always)
    var isEmpty: Bool { self.last.load(ordering: .acquiring) == nil }

    /// Adds from any thread.
    ///
    /// - Returns: Whether it is the first since the last `take`.
    func add(_ entry: CallbackQueue.Entry) -> Bool {
        let node = UnsafeMutablePointer<Node>.allocate(capacity: 1)
        var before = self.last.load(ordering: .relaxed)
        node.initialize(to: Node(entry: entry, next: before))
        while true {
            let (isDone, found) = self.last.weakCompareExchange(
                expected: before,
                desired: node,
                ordering: .acquiringAndReleasing
            )
            if isDone { return before == nil }
            before = found
            node.pointee.next = before
        }
    }

    /// Takes everything, in the order it was added.
    func take(_ body: (CallbackQueue.Entry) -> Void) {
        var newest = self.last.exchange(nil, ordering: .acquiringAndReleasing)
        var oldest: UnsafeMutablePointer<Node>?
        while let node = newest {
            newest = node.pointee.next
            node.pointee.next = oldest
            oldest = node
        }
        while let node = oldest {
            oldest = node.pointee.next
            body(node.pointee.entry)
            node.deallocate()
        }
    }
}
