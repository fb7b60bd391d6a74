// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What a server asks for in WWW-Authenticate, or a proxy in Proxy-Authenticate (RFC 9110, section 11).
struct AuthChallenge: Equatable {
    /// In lower case.
    let scheme: String
    /// Names in lower case; of one that is there twice, the first counts.
    private(set) var parameters: [String: String] = [:]

    /// The challenges of a field, in their order; what cannot be understood is passed over.
    ///
    /// `value` is as answers have it, a character a byte; parameters are read as UTF-8.
    static func list(_ value: String) -> [AuthChallenge] {
        var reader = Reader(value)
        var all: [AuthChallenge] = []
        while reader.skipToToken() {
            let word = reader.token().lowercased()
            reader.skipBlanks()
            if reader.take(0x3D), !all.isEmpty {
                reader.skipBlanks()
                let value = reader.value()
                let last = all.count - 1
                if all[last].parameters[word] == nil { all[last].parameters[word] = value }
            } else {
                all.append(AuthChallenge(scheme: word))
            }
        }
        return all
    }

    /// Goes through a field's bytes.
    private struct Reader {
        private let bytes: [UInt8]
        private var place = 0

        init(_ value: String) {
            self.bytes = value.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        }

        private var next: UInt8? { self.place < self.bytes.count ? self.bytes[self.place] : nil }

        /// Returns false at the end.
        mutating func skipToToken() -> Bool {
            while let byte = self.next, !byte.isTokenByte { self.place += 1 }
            return self.next != nil
        }

        mutating func skipBlanks() {
            while let byte = self.next, byte == 0x20 || byte == 0x09 { self.place += 1 }
        }

        mutating func take(_ byte: UInt8) -> Bool {
            guard self.next == byte else { return false }
            self.place += 1
            return true
        }

        mutating func token() -> String {
            let start = self.place
            while let byte = self.next, byte.isTokenByte { self.place += 1 }
            return String(decoding: self.bytes[start..<self.place], as: UTF8.self)
        }

        /// A token, or a quoted string without its quotes and backslashes.
        mutating func value() -> String {
            guard self.take(0x22) else { return self.token() }
            var text: [UInt8] = []
            while let byte = self.next, byte != 0x22 {
                self.place += 1
                guard byte == 0x5C, let escaped = self.next else {
                    text.append(byte)
                    continue
                }
                self.place += 1
                text.append(escaped)
            }
            _ = self.take(0x22)
            return String(decoding: text, as: UTF8.self)
        }
    }
}
