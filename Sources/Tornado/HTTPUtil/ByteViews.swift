// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

/// Reading the seam's byte views. A view is valid only inside the call it came with.
extension gt_bytes {
    @inline(__always)
    var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: self.data, count: self.size) }

    /// A view of bytes that someone else keeps alive.
    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.init(data: bytes.baseAddress, size: bytes.count)
    }

    /// A literal's own bytes, which live as long as the process.
    @inline(__always)
    init(_ text: StaticString) {
        self.init(data: text.utf8Start, size: text.utf8CodeUnitCount)
    }

    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        self.size == text.utf8CodeUnitCount && (self.size == 0 || memcmp(self.data, text.utf8Start, self.size) == 0)
    }

    /// Whether the bytes are `text`, which must be lowercase, in any spelling of ASCII case.
    func equalsLowercased(_ text: StaticString) -> Bool {
        guard self.size == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for index in 0..<self.size where self.buffer[index].asciiLowercased != other[index] { return false }
        return true
    }

    /// The bytes as text, each byte one character (Latin-1), as header fields are read.
    var latin1: String { String(latin1: self.buffer) }
}

extension UInt8 {
    @inline(__always)
    var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The value of a hexadecimal digit.
    @inline(__always)
    var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self &- 0x30
        case 0x41...0x46: self &- 0x37
        case 0x61...0x66: self &- 0x57
        default: nil
        }
    }

    /// Whether the byte is allowed in an HTTP token: a method, a header's or a cookie's name.
    var isTokenByte: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes can stand in a header field: no control character but tab.
    var isFieldValue: Bool {
        let raw = UnsafeRawBufferPointer(self)
        guard raw.count >= 8 else { return self.isFieldValueByByte }
        var index = 0
        while index < raw.count {
            // The last word may begin inside the one before it.
            let offset = Swift.min(index, raw.count - 8)
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let delete = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let low = (word &- 0x2020_2020_2020_2020) & ~word
            let found = (low | (delete &- 0x0101_0101_0101_0101) & ~delete) & 0x8080_8080_8080_8080
            if found != 0 { return self.isFieldValueByByte }
            index += 8
        }
        return true
    }

    private var isFieldValueByByte: Bool {
        for byte in self where byte < 0x20 || byte == 0x7F { if byte != 0x09 { return false } }
        return true
    }
}

extension String {
    /// Bytes as text, each byte one character.
    init(latin1 bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.allSatisfy({ $0 < 0x80 }) {
            self.init(decoding: bytes, as: UTF8.self)
            return
        }
        var text = ""
        text.reserveCapacity(bytes.count &* 2)
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        self = text
    }

    /// Bytes as text, each byte one character (Latin-1): every byte sequence has such a text, and it gives the bytes
    /// back.
    public init(latin1 bytes: [UInt8]) {
        self = bytes.withUnsafeBufferPointer { String(latin1: $0) }
    }

    var isToken: Bool { !self.isEmpty && self.utf8.allSatisfy(\.isTokenByte) }

    /// Whether the text can stand in a header field: no control character but tab.
    var isFieldValue: Bool {
        var text = self
        return text.withUTF8 { $0.isFieldValue }
    }

    func equalsIgnoringASCIICase(_ other: String) -> Bool {
        self.utf8.count == other.utf8.count
            && zip(self.utf8, other.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
    }

    /// The text without blanks at its ends, as Tornado strips arguments.
    var strippedOfWhitespace: String {
        guard let first = self.firstIndex(where: { !$0.isWhitespace }) else { return "" }
        let last = self.lastIndex { !$0.isWhitespace } ?? first
        return String(self[first...last])
    }
}
