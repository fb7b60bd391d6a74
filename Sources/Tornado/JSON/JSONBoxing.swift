// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Turns values into nodes, each by the shortest way.
enum JSONBoxing {
    static func node(_ value: some Encodable, _ path: [any CodingKey]) throws -> JSONNode {
        switch value {
        case let text as String: return JSONNode(.string(text))
        case let flag as Bool: return JSONNode(.bool(flag))
        case let number as Int: return JSONNode(.number(String(number)))
        case let number as Double: return try self.number(number, path)
        case let number as Float: return try self.number(number, path)
        default: break
        }
        let encoder = JSONNodeEncoder(codingPath: path)
        try value.encode(to: encoder)
        if case .empty = encoder.node.form {
            let why = "\(type(of: value)) encoded nothing."
            throw EncodingError.invalidValue(value, EncodingError.Context(codingPath: path, debugDescription: why))
        }
        return encoder.node
    }

    static func number(
        _ value: some BinaryFloatingPoint & LosslessStringConvertible,
        _ path: [any CodingKey]
    ) throws
        -> JSONNode
    {
        guard value.isFinite else {
            let why = "JSON has no form for \(value)."
            throw EncodingError.invalidValue(value, EncodingError.Context(codingPath: path, debugDescription: why))
        }
        return JSONNode(.number(value.description))
    }

    static func integer(_ value: some BinaryInteger) -> JSONNode {
        JSONNode(.number(String(value)))
    }
}

/// A key made from an index.
struct JSONIndexKey: CodingKey {
    let intValue: Int?
    var stringValue: String { "Index \(self.intValue ?? 0)" }

    init(_ index: Int) { self.intValue = index }
    init?(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
}
