// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A set of bytes.
package struct ByteSet: Sendable, Equatable {
    @usableFromInline package var bits: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    package init() {}

    package static func == (left: ByteSet, right: ByteSet) -> Bool { left.bits == right.bits }

    /// Inlined where routes are matched.
    @inlinable @inline(__always)
    package func contains(_ byte: UInt8) -> Bool {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        return switch byte >> 6 {
        case 0: self.bits.0 & bit != 0
        case 1: self.bits.1 & bit != 0
        case 2: self.bits.2 & bit != 0
        default: self.bits.3 & bit != 0
        }
    }

    package mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: self.bits.0 |= bit
        case 1: self.bits.1 |= bit
        case 2: self.bits.2 |= bit
        default: self.bits.3 |= bit
        }
    }

    package mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range { self.insert(byte) }
    }

    package mutating func formUnion(_ other: ByteSet) {
        self.bits.0 |= other.bits.0
        self.bits.1 |= other.bits.1
        self.bits.2 |= other.bits.2
        self.bits.3 |= other.bits.3
    }

    package var inverted: ByteSet {
        var set = ByteSet()
        set.bits = (~self.bits.0, ~self.bits.1, ~self.bits.2, ~self.bits.3)
        return set
    }

    /// The byte, if there is just one.
    package var single: UInt8? {
        let found = (UInt8.min...UInt8.max).filter(self.contains)
        return found.count == 1 ? found[0] : nil
    }
}

extension UInt8 {
    /// Whether it is a letter or a digit of ASCII.
    @inlinable package var isASCIIAlphanumeric: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
