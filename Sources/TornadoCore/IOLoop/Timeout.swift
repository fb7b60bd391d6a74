// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// A timeout that was set on an ``IOLoop``: what ``IOLoop/removeTimeout(_:)`` takes.
///
/// The loop owns it until it fires or is removed.
public final class Timeout {
    private let callback: () throws -> Void
    unowned let loop: IOLoop
    /// The loop's handle of it; null once it was removed or has fired.
    var handle: OpaquePointer?
    // Neighbours in the loop's list.
    var next: Timeout?
    unowned(unsafe) var previous: Timeout?

    init(_ loop: IOLoop, _ callback: @escaping () throws -> Void) {
        self.loop = loop
        self.callback = callback
    }

    /// Whether it has neither fired nor been removed.
    public var isPending: Bool { self.handle != nil }

    static let fire: gt_callback = { context in
        guard let context else { return }
        let timeout = Unmanaged<Timeout>.fromOpaque(context).takeUnretainedValue()
        timeout.handle = nil
        timeout.loop.timeouts.remove(timeout)
        do {
            try timeout.callback()
        } catch {
            CallbackFailure.log(error, in: "timeout")
        }
    }
}

/// The pending timeouts of one loop, which are held here and nowhere else: a linked list, so that adding and removing take
/// the same time however many there are.
struct TimeoutList {
    private var first: Timeout?

    mutating func insert(_ timeout: Timeout) {
        timeout.next = self.first
        self.first?.previous = timeout
        self.first = timeout
    }

    mutating func remove(_ timeout: Timeout) {
        timeout.next?.previous = timeout.previous
        if let previous = timeout.previous {
            previous.next = timeout.next
        } else if self.first === timeout {
            self.first = timeout.next
        }
        timeout.next = nil
        timeout.previous = nil
    }

    /// One by one: releasing the head of a long list would release the rest recursively.
    mutating func removeAll() {
        while let timeout = self.first {
            timeout.handle = nil
            self.remove(timeout)
        }
    }
}
