// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// A place in memory that bytes are put at, one piece behind the other.
///
/// The memory is the caller's, who has made it large enough for all that is put there.
package struct ByteCursor {
    /// Where the next byte goes.
    package private(set) var next: UnsafeMutablePointer<UInt8>

    /// Begins at `start`.
    package init(_ start: UnsafeMutablePointer<UInt8>) {
        self.next = start
    }

    /// Puts one byte.
    @inline(__always)
    package mutating func append(byte: UInt8) {
        self.next.initialize(to: byte)
        self.next += 1
    }

    /// Puts a literal.
    @inline(__always)
    package mutating func append(_ text: StaticString) {
        self.append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Puts bytes.
    @inline(__always)
    package mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        memcpy(self.next, start, bytes.count)
        self.next += bytes.count
    }

    /// Puts a number, in up to 20 characters.
    package mutating func append(decimal number: Int) {
        if number < 0 { self.append(byte: UInt8(ascii: "-")) }
        var rest = number.magnitude
        var count = 1
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        rest = number.magnitude
        for place in (0..<count).reversed() {
            (self.next + place).initialize(to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        self.next += count
    }
}
