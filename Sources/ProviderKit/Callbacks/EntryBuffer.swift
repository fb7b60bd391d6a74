// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Callback entries in memory of their own: appending is a bounds test and a store.
///
/// The owner must call `deallocate`.
struct EntryBuffer {
    /// Memory beyond this many entries is given back after a burst.
    static let keptCapacity = 4096

    private var base: UnsafeMutablePointer<CallbackQueue.Entry>
    private var capacity: Int
    private(set) var count = 0

    init() {
        self.capacity = 64
        self.base = .allocate(capacity: 64)
    }

    func deallocate() {
        // An entry is a function pointer and a context that somebody else owns: nothing to deinitialise.
        self.base.deallocate()
    }

    /// A view that holds until the next `append`, `removeAll` or `deallocate`.
    var entries: UnsafeBufferPointer<CallbackQueue.Entry> {
        UnsafeBufferPointer(start: self.base, count: self.count)
    }

    @inline(__always)
    mutating func append(_ entry: CallbackQueue.Entry) {
        if self.count == self.capacity { self.resize(to: self.capacity * 2) }
        (self.base + self.count).initialize(to: entry)
        self.count &+= 1
    }

    mutating func removeAll() {
        self.count = 0
        if self.capacity > Self.keptCapacity { self.resize(to: 64) }
    }

    private mutating func resize(to capacity: Int) {
        let larger = UnsafeMutablePointer<CallbackQueue.Entry>.allocate(capacity: capacity)
        larger.moveInitialize(from: self.base, count: self.count)
        self.base.deallocate()
        self.base = larger
        self.capacity = capacity
    }
}
