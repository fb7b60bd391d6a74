// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// JSON text from Swift values, strict (RFC 8259) and without Foundation.
public enum JSON {
    /// Encodes a value as UTF-8 bytes.
    ///
    /// Members are in the order in which the value encodes them. `</` is written `<\/`, as Tornado does, so that the
    /// text can stand inside a script element.
    ///
    /// - Throws: `EncodingError.invalidValue` for numbers that are not finite, and for a value that encodes nothing.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        var writer = JSONWriter()
        writer.write(try JSONBoxing.node(value, []))
        return writer.bytes
    }
}

/// A value on its way to text.
///
/// A reference, so that containers can be filled after they were put into their parent.
final class JSONNode {
    enum Form {
        case empty
        case null
        case bool(Bool)
        case number(String)
        case string(String)
        case array([JSONNode])
        case object([(key: String, value: JSONNode)])
    }

    var form: Form

    init(_ form: Form = .empty) {
        self.form = form
    }

    func append(_ node: JSONNode) {
        guard case .array(var nodes) = self.form else { return }
        self.form = .empty
        nodes.append(node)
        self.form = .array(nodes)
    }

    func set(_ key: String, _ node: JSONNode) {
        guard case .object(var members) = self.form else { return }
        self.form = .empty
        members.append((key, node))
        self.form = .object(members)
    }

    var count: Int {
        if case .array(let nodes) = self.form { return nodes.count }
        return 0
    }
}

/// Writes nodes as text.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ node: JSONNode) {
        switch node.form {
        case .empty, .null: self.bytes += "null".utf8
        case .bool(let value): self.bytes += (value ? "true" : "false").utf8
        case .number(let digits): self.bytes += digits.utf8
        case .string(let text): self.write(text)
        case .array(let nodes):
            self.bytes.append(UInt8(ascii: "["))
            for (index, node) in nodes.enumerated() {
                if index > 0 { self.bytes += ", ".utf8 }
                self.write(node)
            }
            self.bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            self.bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { self.bytes += ", ".utf8 }
                self.write(member.key)
                self.bytes += ": ".utf8
                self.write(member.value)
            }
            self.bytes.append(UInt8(ascii: "}"))
        }
    }

    private mutating func write(_ text: String) {
        self.bytes.append(0x22)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0x22, 0x5C: self.bytes += [0x5C, byte]
            case 0x0A: self.bytes += "\\n".utf8
            case 0x0D: self.bytes += "\\r".utf8
            case 0x09: self.bytes += "\\t".utf8
            case 0x08: self.bytes += "\\b".utf8
            case 0x0C: self.bytes += "\\f".utf8
            case 0x00..<0x20, 0x7F: self.writeEscape(byte)
            case 0x2F where previous == 0x3C: self.bytes += "\\/".utf8
            default: self.bytes.append(byte)
            }
            previous = byte
        }
        self.bytes.append(0x22)
    }

    private mutating func writeEscape(_ byte: UInt8) {
        let digits = Array("0123456789abcdef".utf8)
        self.bytes += "\\u00".utf8
        self.bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
