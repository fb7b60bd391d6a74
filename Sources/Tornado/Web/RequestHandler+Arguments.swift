// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension RequestHandler {
    /// An argument of the body or, if it has none of that name, of the query; the last of several.
    ///
    /// Blanks at both ends are cut off, unless `strip` is false. Throws `MissingArgumentError` if there is none, and
    /// `HTTPError(400)` if it is no UTF-8.
    public final func getArgument(_ name: String, strip: Bool = true) throws -> String {
        guard let value = try self.getArguments(name, strip: strip).last else {
            throw MissingArgumentError(argName: name)
        }
        return value
    }

    /// An argument of query or body, or `default`.
    public final func getArgument(_ name: String, default: String, strip: Bool = true) throws -> String {
        try self.getArguments(name, strip: strip).last ?? `default`
    }

    /// An argument of query or body, or nil.
    public final func getArgument(_ name: String, default: String?, strip: Bool = true) throws -> String? {
        try self.getArguments(name, strip: strip).last ?? `default`
    }

    /// All arguments of a name, the query's first.
    public final func getArguments(_ name: String, strip: Bool = true) throws -> [String] {
        try self.getQueryArguments(name, strip: strip) + self.getBodyArguments(name, strip: strip)
    }

    /// An argument of the query.
    public final func getQueryArgument(_ name: String, strip: Bool = true) throws -> String {
        guard let value = try self.getQueryArguments(name, strip: strip).last else {
            throw MissingArgumentError(argName: name)
        }
        return value
    }

    /// An argument of the query, or `default`.
    public final func getQueryArgument(_ name: String, default: String?, strip: Bool = true) throws -> String? {
        try self.getQueryArguments(name, strip: strip).last ?? `default`
    }

    /// All arguments of a name in the query.
    public final func getQueryArguments(_ name: String, strip: Bool = true) throws -> [String] {
        try self.decode(self.request.queryArguments.bytes(name), name, strip)
    }

    /// An argument of the body.
    public final func getBodyArgument(_ name: String, strip: Bool = true) throws -> String {
        guard let value = try self.getBodyArguments(name, strip: strip).last else {
            throw MissingArgumentError(argName: name)
        }
        return value
    }

    /// An argument of the body, or `default`.
    public final func getBodyArgument(_ name: String, default: String?, strip: Bool = true) throws -> String? {
        try self.getBodyArguments(name, strip: strip).last ?? `default`
    }

    /// All arguments of a name in the body.
    public final func getBodyArguments(_ name: String, strip: Bool = true) throws -> [String] {
        try self.decode(self.request.bodyArguments.bytes(name), name, strip)
    }

    private func decode(_ values: [[UInt8]], _ name: String, _ strip: Bool) throws -> [String] {
        try values.map { bytes in
            // Control characters become blanks, as in Tornado: nothing good comes of them in a text.
            let text = bytes.map { ($0 < 0x09 || (0x0E..<0x20).contains($0)) ? 0x20 : $0 }
            guard let value = String(validating: text, as: UTF8.self) else {
                throw HTTPError(400, "The argument \(name) is not UTF-8.")
            }
            return strip ? value.strippedOfWhitespace : value
        }
    }
}
