// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Checks that bytes are UTF-8, a piece at a time, and says no at the first byte that cannot be right.
///
/// ```swift
/// var validator = UTF8Validator()
/// guard validator.append(first), validator.append(second), validator.isComplete else { … }
/// ```
public struct UTF8Validator: Sendable {
    /// Bytes that the character begun still needs, and what the next of them may be.
    private var needed: UInt8 = 0
    private var low: UInt8 = 0x80
    private var high: UInt8 = 0xBF

    /// One that has seen nothing.
    public init() {}

    /// Whether the text may end here: not in the middle of a character.
    @inline(__always)
    public var isComplete: Bool { self.needed == 0 }

    /// Looks at more bytes; false if they cannot be UTF-8.
    public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(bytes)
        var index = 0
        while index < bytes.count {
            if self.needed == 0 {
                while index &+ 8 <= bytes.count,
                    raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
                {
                    index &+= 8
                }
                guard index < bytes.count else { return true }
                if !self.begin(bytes[index]) { return false }
            } else {
                guard bytes[index] >= self.low, bytes[index] <= self.high else { return false }
                self.needed &-= 1
                self.low = 0x80
                self.high = 0xBF
            }
            index &+= 1
        }
        return true
    }

    /// The first byte of a character: no surrogates, nothing longer than it need be, nothing beyond U+10FFFF.
    @inline(__always)
    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x80: return true
        case 0xC2...0xDF: self.needed = 1
        case 0xE0: (self.needed, self.low) = (2, 0xA0)
        case 0xED: (self.needed, self.high) = (2, 0x9F)
        case 0xE1...0xEF: self.needed = 2
        case 0xF0: (self.needed, self.low) = (3, 0x90)
        case 0xF1...0xF3: self.needed = 3
        case 0xF4: (self.needed, self.high) = (3, 0x8F)
        default: return false
        }
        return true
    }
}
