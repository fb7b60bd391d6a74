// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Which bytes RFC 9110 and 9112 allow where.
enum CharacterClass {
    /// A digit for each of the 256 bytes.
    ///
    /// 1 stands for `tchar`, what methods and field names are made of; 2 for what a host is made of (unreserved,
    /// sub-delims, `%` and `:`; brackets are looked at apart); 4 for visible ASCII. A literal, since one look into it
    /// is cheaper than any reckoning.
    private static let classes: StaticString = """
        0000000000000000000000000000000007457777667767747777777777664644\
        4777777777777777777777777774445757777777777777777777777777745470\
        0000000000000000000000000000000000000000000000000000000000000000\
        0000000000000000000000000000000000000000000000000000000000000000
        """

    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        self.classes.utf8Start[Int(byte)] & 1 != 0
    }

    @inline(__always)
    static func isHost(_ byte: UInt8) -> Bool {
        self.classes.utf8Start[Int(byte)] & 2 != 0
    }

    /// A visible ASCII character: what a request target may hold.
    @inline(__always)
    static func isVisible(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F
    }

    /// A byte that may stand in a field value: visible, obs-text, space or tab.
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7F) || byte == 0x09
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10
    }

    /// The value of a hexadecimal digit, or 255.
    @inline(__always)
    static func hexValue(_ byte: UInt8) -> UInt8 {
        let digit = byte &- 0x30
        if digit < 10 { return digit }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : 255
    }
}

/// Looks through bytes eight at a time.
enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The first index from `start` on whose byte is below 0x20 or is 0x7F, or `end`.
    ///
    /// Tabs count as such.
    @inline(__always)
    static func controlByte(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let word = UInt64(littleEndian: UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self))
            let delete = word ^ (self.ones &* 0x7F)
            let low = (word &- self.ones &* 0x20) & ~word
            let found = (low | ((delete &- self.ones) & ~delete)) & self.tops
            // Borrows only travel upwards, so the lowest set bit is always right.
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < end, bytes[index] >= 0x20, bytes[index] != 0x7F { index &+= 1 }
        return index
    }

    /// Whether two runs of bytes are the same.
    ///
    /// For short ones, where a call would cost more than looking.
    @inline(__always)
    static func equal(_ first: UnsafePointer<UInt8>?, _ second: UnsafePointer<UInt8>, count: Int) -> Bool {
        guard count > 0, let first else { return count == 0 }
        let left = UnsafeRawPointer(first)
        let right = UnsafeRawPointer(second)
        guard count >= 8 else {
            guard count >= 4 else { return self.equalByByte(left, right, count) }
            // The last four may begin inside the first.
            return self.equal(UInt32.self, left, right, at: 0) && self.equal(UInt32.self, left, right, at: count &- 4)
        }
        var index = 0
        while index &+ 8 <= count {
            guard self.equal(UInt64.self, left, right, at: index) else { return false }
            index &+= 8
        }
        return self.equal(UInt64.self, left, right, at: count &- 8)
    }

    @inline(__always)
    private static func equal<Word: FixedWidthInteger>(
        _ word: Word.Type,
        _ left: UnsafeRawPointer,
        _ right: UnsafeRawPointer,
        at index: Int
    ) -> Bool {
        left.loadUnaligned(fromByteOffset: index, as: word) == right.loadUnaligned(fromByteOffset: index, as: word)
    }

    private static func equalByByte(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
        for index in 0..<count
        where left.load(fromByteOffset: index, as: UInt8.self) != right.load(fromByteOffset: index, as: UInt8.self) {
            return false
        }
        return true
    }

    /// Whether `bytes` is `lowercase`, but for the case of letters.
    ///
    /// `lowercase` is ASCII in lower case.
    @inline(__always)
    static func matches(_ bytes: UnsafePointer<UInt8>, count: Int, _ lowercase: StaticString) -> Bool {
        guard count == lowercase.utf8CodeUnitCount else { return false }
        let other = lowercase.utf8Start
        for index in 0..<count {
            let byte = bytes[index]
            let folded = byte &- 0x41 < 26 ? byte | 0x20 : byte
            if folded != other[index] { return false }
        }
        return true
    }
}
