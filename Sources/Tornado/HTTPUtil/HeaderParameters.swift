// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A header value with parameters: `form-data; name="a"; filename*=UTF-8''b%20c`.
///
/// Linear in its length.
struct HeaderParameters {
    /// What stands before the first parameter.
    private(set) var value = ""
    /// Parameters by lowercased name, unquoted.
    ///
    /// `name*` (RFC 5987) is stored as `name` and wins over it.
    private(set) var values: [String: String] = [:]

    init(_ text: String) throws {
        let bytes = Array(text.utf8)
        var index = bytes.firstIndex(of: UInt8(ascii: ";")) ?? bytes.count
        self.value = String(decoding: bytes[..<index], as: UTF8.self).strippedOfWhitespace
        while index < bytes.count {
            index += 1
            let nameEnd =
                bytes[index...].firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ";") } ?? bytes.count
            let name = String(decoding: bytes[index..<nameEnd], as: UTF8.self).strippedOfWhitespace.lowercased()
            index = nameEnd
            guard index < bytes.count, bytes[index] == UInt8(ascii: "=") else { continue }
            let (parameter, end) = try HeaderParameters.parameter(bytes, from: index + 1)
            index = end
            try self.store(name, parameter)
        }
    }

    /// Reads a token or a quoted string, and what blanks follow, up to the next `;`.
    private static func parameter(_ bytes: [UInt8], from start: Int) throws -> (value: [UInt8], end: Int) {
        var index = start
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        guard index < bytes.count, bytes[index] == 0x22 else {
            let end = bytes[index...].firstIndex(of: UInt8(ascii: ";")) ?? bytes.count
            let text = String(decoding: bytes[index..<end], as: UTF8.self).strippedOfWhitespace
            return (Array(text.utf8), end)
        }
        var value: [UInt8] = []
        index += 1
        while index < bytes.count, bytes[index] != 0x22 {
            // Browsers send backslashes of file names as they are; only an escaped quote or backslash is an escape.
            if bytes[index] == 0x5C, index + 1 < bytes.count, bytes[index + 1] == 0x22 || bytes[index + 1] == 0x5C {
                index += 1
            }
            value.append(bytes[index])
            index += 1
        }
        guard index < bytes.count else { throw HTTPInputError("A header parameter with an opening quote only.") }
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: ";") {
            guard bytes[index] == 0x20 || bytes[index] == 0x09 else {
                throw HTTPInputError("A header parameter with something behind its closing quote.")
            }
            index += 1
        }
        return (value, index)
    }

    private mutating func store(_ name: String, _ bytes: [UInt8]) throws {
        guard name.hasSuffix("*") else {
            if self.values[name] == nil { self.values[name] = String(decoding: bytes, as: UTF8.self) }
            return
        }
        let parts = bytes.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, String(decoding: parts[0], as: UTF8.self).equalsIgnoringASCIICase("utf-8") else {
            throw HTTPInputError("An extended header parameter that is not UTF-8.")
        }
        let decoded = parts[2].withUnsafeBufferPointer { PercentCoding.decode($0, plus: false) }
        guard decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw HTTPInputError("An extended header parameter with control characters.")
        }
        self.values[String(name.dropLast())] = String(decoding: decoded, as: UTF8.self)
    }
}
