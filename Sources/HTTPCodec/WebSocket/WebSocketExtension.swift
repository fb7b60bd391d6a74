// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// One entry of Sec-WebSocket-Extensions: a name, and parameters in their order.
public struct WebSocketExtension: Equatable, Sendable {
    /// A parameter; its value is null if it has none.
    public struct Parameter: Equatable, Sendable {
        /// The name, in lower case.
        public var name: String
        /// The value, out of its quotes.
        public var value: String?
    }

    /// The name, in lower case.
    public var name: String
    /// The parameters.
    public var parameters: [Parameter] = []

    /// Reads a field's value, several fields joined with commas; null if it is malformed.
    public static func parse(_ text: String) -> [WebSocketExtension]? {
        var scanner = TokenScanner(text)
        var list: [WebSocketExtension] = []
        repeat {
            // Empty elements are allowed in any list (RFC 9110, section 5.6.1).
            if scanner.isAtComma || scanner.isAtEnd { continue }
            guard let name = scanner.token() else { return nil }
            var entry = WebSocketExtension(name: name.lowercased())
            while scanner.skip(0x3B) {
                guard let name = scanner.token() else { return nil }
                var parameter = Parameter(name: name.lowercased(), value: nil)
                if scanner.skip(0x3D) {
                    guard let value = scanner.value() else { return nil }
                    parameter.value = value
                }
                entry.parameters.append(parameter)
            }
            list.append(entry)
        } while scanner.skip(0x2C)
        return scanner.isAtEnd ? list : nil
    }

    /// Reads a list of tokens, as Sec-WebSocket-Protocol and Connection have; null if it is malformed.
    public static func tokens(_ text: String) -> [String]? {
        var scanner = TokenScanner(text)
        var list: [String] = []
        repeat {
            if scanner.isAtComma || scanner.isAtEnd { continue }
            guard let token = scanner.token() else { return nil }
            list.append(token)
        } while scanner.skip(0x2C)
        return scanner.isAtEnd ? list : nil
    }
}

/// Reads tokens, quoted strings and separators, and the blanks around them.
private struct TokenScanner {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) {
        self.bytes = Array(text.utf8)
        self.skipBlanks()
    }

    var isAtEnd: Bool { self.index == self.bytes.count }
    var isAtComma: Bool { self.index < self.bytes.count && self.bytes[self.index] == 0x2C }

    private mutating func skipBlanks() {
        while self.index < self.bytes.count, self.bytes[self.index] == 0x20 || self.bytes[self.index] == 0x09 {
            self.index += 1
        }
    }

    mutating func skip(_ separator: UInt8) -> Bool {
        guard self.index < self.bytes.count, self.bytes[self.index] == separator else { return false }
        self.index += 1
        self.skipBlanks()
        return true
    }

    mutating func token() -> String? {
        let end = self.bytes[self.index...].firstIndex { !CharacterClass.isToken($0) } ?? self.bytes.count
        guard end > self.index else { return nil }
        defer {
            self.index = end
            self.skipBlanks()
        }
        return String(decoding: self.bytes[self.index..<end], as: UTF8.self)
    }

    /// A token, or a quoted string whose content is one, as the values of extensions must be.
    mutating func value() -> String? {
        guard self.skipQuote() else { return self.token() }
        var text: [UInt8] = []
        while self.index < self.bytes.count, self.bytes[self.index] != 0x22 {
            if self.bytes[self.index] == 0x5C { self.index += 1 }
            guard self.index < self.bytes.count, CharacterClass.isToken(self.bytes[self.index]) else { return nil }
            text.append(self.bytes[self.index])
            self.index += 1
        }
        guard !text.isEmpty, self.skip(0x22) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func skipQuote() -> Bool {
        guard self.index < self.bytes.count, self.bytes[self.index] == 0x22 else { return false }
        self.index += 1
        return true
    }
}
