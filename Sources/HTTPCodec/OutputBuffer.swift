// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

#if canImport(Glibc)
import Glibc
#endif

/// Bytes on their way out: appended at the end, taken from the front.
///
/// One is shared by all connections of a loop for the answers of a batch; a connection has one of its own only while
/// the kernel does not take its output.
public final class OutputBuffer {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var start = 0
    private var end = 0

    /// A buffer with room for `capacity` bytes to begin with.
    public init(capacity: Int = 4096) {
        self.capacity = max(64, capacity)
        self.base = .allocate(capacity: self.capacity)
    }

    deinit {
        self.base.deallocate()
    }

    /// Bytes waiting.
    @inline(__always)
    public var count: Int { self.end &- self.start }

    /// The first waiting byte; valid until the buffer is changed.
    @inline(__always)
    public var bytes: UnsafePointer<UInt8> { UnsafePointer(self.base + self.start) }

    /// Forgets `count` bytes at the front.
    public func consume(_ count: Int) {
        self.start += count
        if self.start == self.end { self.removeAll() }
    }

    /// Forgets everything; the room stays.
    public func removeAll() {
        self.start = 0
        self.end = 0
    }

    /// Forgets what was appended after the buffer held `count` bytes.
    public func truncate(to count: Int) {
        self.end = self.start + count
    }

    /// Gives back room beyond `capacity` if the buffer is empty.
    public func shrink(to capacity: Int) {
        guard self.count == 0, self.capacity > capacity else { return }
        self.base.deallocate()
        self.base = .allocate(capacity: capacity)
        self.capacity = capacity
        self.removeAll()
    }

    /// Appends a copy of `view`.
    @inline(__always)
    public func append(_ view: gt_bytes) {
        guard view.size > 0, let data = view.data else { return }
        self.append(data, view.size)
    }

    @inline(__always)
    func append(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        self.reserve(count)
        memcpy(self.base + self.end, bytes, count)
        self.end &+= count
    }

    @inline(__always)
    func append(_ text: StaticString) {
        self.append(text.utf8Start, text.utf8CodeUnitCount)
    }

    @inline(__always)
    func append(_ byte: UInt8) {
        self.reserve(1)
        self.base[self.end] = byte
        self.end &+= 1
    }

    /// The last `count` bytes that were appended, to be changed in place.
    @inline(__always)
    func withLast(_ count: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Void) {
        body(self.base + (self.end &- count))
    }

    /// Appends a number of at least 0 in digits.
    func append(decimal value: Int64) {
        self.reserve(20)
        var rest = UInt64(truncatingIfNeeded: value)
        var digits = 1
        var bound: UInt64 = 10
        while digits < 19, rest >= bound {
            digits &+= 1
            bound &*= 10
        }
        let first = self.base + self.end
        var index = digits
        while index > 0 {
            index &-= 1
            let tenth = rest / 10
            first[index] = UInt8(truncatingIfNeeded: rest &- tenth &* 10 &+ 0x30)
            rest = tenth
        }
        self.end &+= digits
    }

    /// Appends a number in hexadecimal digits.
    func append(hexadecimal value: Int) {
        self.reserve(16)
        var shift = max(0, (Int.bitWidth - value.leadingZeroBitCount - 1) / 4 * 4)
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: (value >> shift) & 15)
            self.base[self.end] = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
            self.end &+= 1
            shift -= 4
        }
    }

    @inline(__always)
    private func reserve(_ count: Int) {
        if self.capacity &- self.end < count { self.makeRoom(count) }
    }

    private func makeRoom(_ count: Int) {
        let waiting = self.count
        if self.start >= waiting, self.capacity - waiting >= count {
            memcpy(self.base, self.base + self.start, waiting)
        } else {
            let capacity = max(self.capacity * 2, waiting + count)
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            memcpy(larger, self.base + self.start, waiting)
            self.base.deallocate()
            self.base = larger
            self.capacity = capacity
        }
        self.start = 0
        self.end = waiting
    }
}
