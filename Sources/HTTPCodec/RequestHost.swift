// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The syntax of `host[:port]` in Host and in targets (RFC 3986, 3.2.2, without user information).
enum RequestHost {
    static func isValid(_ host: gt_bytes, portRequired: Bool = false) -> Bool {
        guard host.size > 0, let bytes = host.data else { return !portRequired }
        var index = 0
        if bytes[0] == 0x5B {
            guard let close = self.closingBracket(bytes, host.size) else { return false }
            index = close &+ 1
        } else {
            while index < host.size, CharacterClass.isHost(bytes[index]), bytes[index] != 0x3A {
                if bytes[index] == 0x25, !self.isPercentEncoded(bytes, index, host.size) { return false }
                index &+= 1
            }
            if index == 0 { return false }
        }
        if index == host.size { return !portRequired }
        return bytes[index] == 0x3A && self.isPort(bytes, from: index &+ 1, to: host.size, required: portRequired)
    }

    /// `[` hexadecimal digits, colons and dots, or an address of a later version (`v1.…`) `]`.
    private static func closingBracket(_ bytes: UnsafePointer<UInt8>, _ size: Int) -> Int? {
        guard size > 1 else { return nil }
        let isLaterVersion = bytes[1] | 0x20 == 0x76
        var index = 1
        while index < size, bytes[index] != 0x5D {
            let byte = bytes[index]
            let isAddress = CharacterClass.hexValue(byte) < 16 || byte == 0x3A || byte == 0x2E
            guard isAddress || (isLaterVersion && byte != 0x25 && CharacterClass.isHost(byte)) else { return nil }
            index &+= 1
        }
        return index < size && index > 1 ? index : nil
    }

    private static func isPercentEncoded(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ size: Int) -> Bool {
        index &+ 2 < size && CharacterClass.hexValue(bytes[index &+ 1]) < 16
            && CharacterClass.hexValue(bytes[index &+ 2]) < 16
    }

    /// At most 65535; RFC 3986 allows none after the colon.
    private static func isPort(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int, required: Bool) -> Bool {
        var value = 0
        for index in start..<end {
            guard CharacterClass.isDigit(bytes[index]) else { return false }
            value = value &* 10 &+ Int(bytes[index] &- 0x30)
            if value > 65535 { return false }
        }
        return !required || end > start
    }
}
