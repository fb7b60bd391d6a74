// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Named arguments from a query or a form: each name has one or more values, kept as bytes.
public struct FormArguments: Sendable, Equatable {
    /// The most arguments a query, or a form, may have.
    public static let limit = 1000

    private var values: [String: [[UInt8]]] = [:]
    private(set) var total = 0

    /// No arguments.
    public init() {}

    /// The names, in no particular order.
    public var names: [String] { Array(self.values.keys) }

    /// Whether there are none.
    public var isEmpty: Bool { self.values.isEmpty }

    /// The values of a name as text, in their order; none if there is no such argument.
    ///
    /// Bytes that are no UTF-8 become U+FFFD.
    public subscript(name: String) -> [String] {
        self.values[name]?.map { String(decoding: $0, as: UTF8.self) } ?? []
    }

    /// The values of a name as they came, in their order.
    public func bytes(_ name: String) -> [[UInt8]] { self.values[name] ?? [] }

    mutating func append(_ name: String, _ value: [UInt8]) {
        self.values[name, default: []].append(value)
        self.total += 1
    }

    mutating func merge(_ other: FormArguments) {
        for (name, values) in other.values { self.values[name, default: []] += values }
        self.total += other.total
    }

    /// Adds what a query string, or a form of type `application/x-www-form-urlencoded`, holds.
    ///
    /// Linear in its length.
    mutating func parse(urlencoded bytes: UnsafeBufferPointer<UInt8>) throws {
        guard !bytes.isEmpty else { return }
        var start = 0
        while start <= bytes.count {
            let rest = UnsafeBufferPointer(rebasing: bytes[start...])
            let length = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.count
            if length > 0 {
                guard self.total < FormArguments.limit else {
                    throw HTTPInputError("More than \(FormArguments.limit) arguments.")
                }
                self.appendPair(UnsafeBufferPointer(rebasing: rest[..<length]))
            }
            start += length + 1
        }
    }

    private mutating func appendPair(_ pair: UnsafeBufferPointer<UInt8>) {
        let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.count
        let name = PercentCoding.decode(UnsafeBufferPointer(rebasing: pair[..<equals]), plus: true)
        let value = UnsafeBufferPointer(rebasing: pair[min(equals + 1, pair.count)...])
        self.append(String(decoding: name, as: UTF8.self), PercentCoding.decode(value, plus: true))
    }
}
