// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Cookies as browsers and Tornado read and write them.
enum Cookies {
    /// Parses a Cookie header: pairs at `;`, names and values stripped, a value in double quotes unquoted, the last of
    /// a name wins.
    ///
    /// What has no `=` has an empty name and is left out if it is empty. One pass over the text.
    static func parse(_ header: String) -> [String: String] {
        var cookies: [String: String] = [:]
        for piece in header.utf8.split(separator: UInt8(ascii: ";")) {
            var name: Substring.UTF8View = piece[piece.startIndex..<piece.startIndex]
            var value = piece
            if let equals = piece.firstIndex(of: UInt8(ascii: "=")) {
                name = piece[..<equals]
                value = piece[piece.index(after: equals)...]
            }
            let trimmedName = self.trimmed(name)
            let trimmedValue = self.trimmed(value)
            guard !trimmedName.isEmpty || !trimmedValue.isEmpty else { continue }
            cookies[String(Substring(trimmedName))] = self.unquoted(trimmedValue)
        }
        return cookies
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) })
        else { return text[text.endIndex...] }
        return text[first...last]
    }

    /// `"a\"b\054c"` is `a"b,c`; a text without both quotes is itself.
    private static func unquoted(_ text: Substring.UTF8View) -> String {
        let bytes = Array(text)
        guard bytes.count >= 2, bytes.first == 0x22, bytes.last == 0x22 else { return String(Substring(text)) }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 1
        let end = bytes.count - 1
        while index < end {
            guard bytes[index] == 0x5C, index + 1 < end else {
                out.append(bytes[index])
                index += 1
                continue
            }
            if let octal = self.octal(bytes[(index + 1)..<min(index + 4, end)]) {
                out.append(octal)
                index += 4
            } else {
                out.append(bytes[index + 1])
                index += 2
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func octal(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
        let value = digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }
        return UInt8(exactly: value)
    }

    /// A value as it stands in Set-Cookie: as it is where that is allowed, else in quotes with escapes.
    static func quoted(_ value: String) -> String {
        if value.utf8.allSatisfy({ $0.isTokenByte || "()/<=>?@[]{}:".utf8.contains($0) }) { return value }
        var out = "\""
        for byte in value.utf8 {
            switch byte {
            case 0x22, 0x5C:
                out.append("\\")
                out.unicodeScalars.append(Unicode.Scalar(byte))
            case 0x20...0x7E where byte != 0x2C && byte != 0x3B:
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let octal = String(byte, radix: 8)
                out += "\\" + String(repeating: "0", count: 3 - octal.utf8.count) + octal
            }
        }
        return out + "\""
    }
}
