// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Jobs in order, in a ring that grows.
///
/// The owner must call `deallocate`.
struct JobRing {
    /// A job of Swift's runtime, and whether it belongs to the main actor.
    struct Entry {
        var job: UnownedJob
        var isMain: Bool
    }

    private var base: UnsafeMutablePointer<Entry>
    /// A power of two.
    private var capacity = 64
    private var head = 0
    private(set) var count = 0

    init() {
        self.base = .allocate(capacity: self.capacity)
    }

    func deallocate() {
        // A job is the runtime's: nothing to deinitialise.
        self.base.deallocate()
    }

    @inline(__always)
    mutating func append(_ entry: Entry) {
        if self.count == self.capacity { self.resize(to: self.capacity * 2) }
        (self.base + ((self.head &+ self.count) & (self.capacity &- 1))).initialize(to: entry)
        self.count &+= 1
    }

    @inline(__always)
    mutating func popFirst() -> Entry? {
        guard self.count > 0 else { return nil }
        let entry = self.base[self.head]
        self.head = (self.head &+ 1) & (self.capacity &- 1)
        self.count &-= 1
        return entry
    }

    /// Gives the memory of a burst back, once it is over.
    mutating func shrink() {
        if self.count == 0, self.capacity > 4096 { self.resize(to: 64) }
    }

    private mutating func resize(to capacity: Int) {
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
        for index in 0..<self.count {
            (larger + index).initialize(to: self.base[(self.head + index) & (self.capacity - 1)])
        }
        self.base.deallocate()
        self.base = larger
        self.capacity = capacity
        self.head = 0
    }
}
