// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Header fields: ordered, several of one name allowed, names compared without regard to ASCII case.
///
/// ```swift
/// var headers = HTTPHeaders()
/// headers.add("Set-Cookie", "a=1")
/// headers["content-type"] = "text/plain"
/// ```
///
/// Names and values that a client sent are read as Latin-1; those that an app sets are sent as UTF-8. The type itself
/// checks nothing: what is sent is checked by `RequestHandler` and by the server.
public struct HTTPHeaders: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        var name: String
        var value: String
    }

    var fields: [Field] = []

    /// No fields.
    public init() {}

    /// The fields of `pairs`, in their order.
    public init(_ pairs: [(name: String, value: String)]) {
        self.fields = pairs.map { Field(name: $0.name, value: $0.value) }
    }

    init(_ views: UnsafeBufferPointer<gt_header>) {
        self.fields = views.map { Field(name: $0.name.latin1, value: $0.value.latin1) }
    }

    /// The value of a field: several of one name are joined with commas, as HTTP says.
    ///
    /// Setting replaces all of the name by one, in the place of the first; nil removes them.
    public subscript(name: String) -> String? {
        get {
            let values = self.getList(name)
            return values.count <= 1 ? values.first : values.joined(separator: ",")
        }
        set {
            let first = self.fields.firstIndex { $0.name.equalsIgnoringASCIICase(name) }
            guard let newValue else {
                if first != nil { self.remove(name) }
                return
            }
            guard let first else {
                self.fields.append(Field(name: name, value: newValue))
                return
            }
            self.fields[first].value = newValue
            var index = 0
            self.fields.removeAll {
                defer { index += 1 }
                return index > first && $0.name.equalsIgnoringASCIICase(name)
            }
        }
    }

    /// Adds a field, leaving others of its name alone.
    public mutating func add(_ name: String, _ value: String) {
        self.fields.append(Field(name: name, value: value))
    }

    /// Removes all fields of a name.
    public mutating func remove(_ name: String) {
        self.fields.removeAll { $0.name.equalsIgnoringASCIICase(name) }
    }

    /// All values of a name, in their order.
    public func getList(_ name: String) -> [String] {
        self.fields.lazy.filter { $0.name.equalsIgnoringASCIICase(name) }.map(\.value)
    }

    /// All fields, in their order, names as spelt.
    public func getAll() -> [(name: String, value: String)] {
        self.fields.map { ($0.name, $0.value) }
    }

    /// Whether there is a field of that name.
    public func contains(_ name: String) -> Bool {
        self.fields.contains { $0.name.equalsIgnoringASCIICase(name) }
    }

    /// The number of fields.
    public var count: Int { self.fields.count }

    /// Whether there are none.
    public var isEmpty: Bool { self.fields.isEmpty }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    /// The fields in the literal's order; a name may occur several times.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.fields = elements.map { Field(name: $0.0, value: $0.1) }
    }
}

extension HTTPHeaders {
    /// Calls `body` with the seam's form of the fields, built on the stack where it is small.
    func withViews<R>(_ body: (UnsafeBufferPointer<gt_header>) -> R) -> R {
        let size = self.fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(size, 1)) { bytes in
            withUnsafeTemporaryAllocation(of: gt_header.self, capacity: max(self.fields.count, 1)) { views in
                var used = 0
                func copy(_ text: String) -> gt_bytes {
                    let start = used
                    for byte in text.utf8 {
                        bytes.initializeElement(at: used, to: byte)
                        used += 1
                    }
                    return gt_bytes(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(bytes)[start..<used]))
                }
                for (index, field) in self.fields.enumerated() {
                    let name = copy(field.name)
                    views.initializeElement(at: index, to: gt_header(name: name, value: copy(field.value)))
                }
                return body(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(views)[..<self.fields.count]))
            }
        }
    }
}
