// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec

/// Room for the header views of one request at a time; grows as needed and is used again.
final class HeaderScratch {
    private(set) var entries: UnsafeMutablePointer<gt_header>
    private(set) var count = 0
    private var capacity = 32
    let knownHost = KnownHost()

    init() {
        self.entries = .allocate(capacity: 32)
    }

    deinit {
        self.entries.deallocate()
    }

    func removeAll() {
        self.count = 0
    }

    @inline(__always)
    func append(_ name: gt_bytes, _ value: gt_bytes) {
        if self.count == self.capacity { self.grow() }
        (self.entries + self.count).initialize(to: gt_header(name: name, value: value))
        self.count &+= 1
    }

    private func grow() {
        let larger = UnsafeMutablePointer<gt_header>.allocate(capacity: self.capacity * 2)
        larger.moveInitialize(from: self.entries, count: self.count)
        self.entries.deallocate()
        self.entries = larger
        self.capacity *= 2
    }
}

/// Makes C strings of views, for evhttp copies its arguments up to their NUL.
///
/// What one call returns is dead at the next.
final class TextScratch {
    private var bytes: UnsafeMutablePointer<CChar>
    private var capacity = 1024

    init() {
        self.bytes = .allocate(capacity: 1024)
    }

    deinit {
        self.bytes.deallocate()
    }

    func text(_ view: gt_bytes) -> UnsafePointer<CChar> {
        self.reserve(view.size &+ 1)
        self.put(view, at: 0)
        return UnsafePointer(self.bytes)
    }

    func texts(_ first: gt_bytes, _ second: gt_bytes) -> (UnsafePointer<CChar>, UnsafePointer<CChar>) {
        self.reserve(first.size &+ second.size &+ 2)
        self.put(first, at: 0)
        self.put(second, at: first.size &+ 1)
        return (UnsafePointer(self.bytes), UnsafePointer(self.bytes + (first.size &+ 1)))
    }

    /// Both with a space between, as a view.
    func joined(_ first: gt_bytes, _ second: gt_bytes) -> gt_bytes {
        _ = self.texts(first, second)
        self.bytes[first.size] = 0x20
        let start = UnsafeRawPointer(self.bytes).assumingMemoryBound(to: UInt8.self)
        return gt_bytes(data: start, size: first.size &+ 1 &+ second.size)
    }

    /// A number of at least 0 in digits.
    func decimal(_ value: Int64) -> UnsafePointer<CChar> {
        var index = 20
        var rest = value
        self.bytes[index] = 0
        repeat {
            index &-= 1
            self.bytes[index] = 0x30 &+ CChar(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        return UnsafePointer(self.bytes + index)
    }

    private func put(_ view: gt_bytes, at offset: Int) {
        if view.size > 0, let data = view.data { memcpy(self.bytes + offset, data, view.size) }
        self.bytes[offset &+ view.size] = 0
    }

    private func reserve(_ count: Int) {
        guard count > self.capacity else { return }
        self.bytes.deallocate()
        self.capacity = max(count, self.capacity * 2)
        self.bytes = .allocate(capacity: self.capacity)
    }
}
