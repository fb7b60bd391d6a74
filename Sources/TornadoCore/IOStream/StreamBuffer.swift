// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Bytes in one piece, put in at the end and taken out at the front.
///
/// It owns its memory, and holds none while it is empty, so that ten thousand idle streams cost nothing.
struct StreamBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private var start = 0
    private var end = 0
    /// How many callbacks look at bytes that were in it, which may neither be moved nor freed meanwhile.
    private var lends = 0
    /// Memory that it has left, and that they may look at; owned.
    private var left: [UnsafeMutableRawPointer] = []

    var count: Int { self.end - self.start }
    var isEmpty: Bool { self.end == self.start }

    /// What is in it; valid until the buffer is changed.
    var bytes: UnsafeRawBufferPointer {
        guard let base else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: base + self.start, count: self.count)
    }

    deinit {
        free(self.base)
        for base in self.left { free(base) }
    }

    /// What is in it, and was dropped last, stays where it is until ``endLending()``, whatever is done with the buffer.
    mutating func lend() {
        self.lends += 1
    }

    mutating func endLending() {
        self.lends -= 1
        guard self.lends == 0, !self.left.isEmpty else { return }
        for base in self.left { free(base) }
        self.left = []
    }

    /// Room for `count` bytes or more behind what is in it; valid until the buffer is changed.
    mutating func room(for count: Int) -> UnsafeMutableRawBufferPointer {
        if self.capacity - self.end < count { self.makeRoom(count) }
        guard let base else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: base + self.end, count: self.capacity - self.end)
    }

    /// So many bytes of the ``room(for:)`` were filled.
    mutating func filled(_ count: Int) {
        self.end += count
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if let target = self.room(for: bytes.count).baseAddress { memcpy(target, source, bytes.count) }
        self.end += bytes.count
    }

    /// Forgets bytes at the front; they stay where they are until the buffer is changed or ``release()`` is called.
    mutating func drop(_ count: Int) {
        self.start += count
    }

    /// Gives the memory back if nothing is in it, and nobody looks at it.
    mutating func release() {
        guard self.start == self.end, self.lends == 0, let base else { return }
        free(base)
        self.base = nil
        self.capacity = 0
        self.start = 0
        self.end = 0
    }

    private mutating func makeRoom(_ count: Int) {
        let held = self.count
        // What was taken out makes room, where moving the rest is cheaper than the bytes that were taken.
        if let base, self.lends == 0, self.capacity - held >= count, self.start >= held {
            memmove(base, base + self.start, held)
        } else {
            let capacity = max(held + count, self.capacity + self.capacity / 2, 256)
            guard let larger = malloc(capacity) else { fatalError("A stream's buffer got no memory.") }
            if let base {
                memcpy(larger, base + self.start, held)
                if self.lends > 0 { self.left.append(base) } else { free(base) }
            }
            self.base = larger
            self.capacity = capacity
        }
        self.start = 0
        self.end = held
    }
}
