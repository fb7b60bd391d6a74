// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Sends clients elsewhere: `.redirect("/old/(.*)", to: "/new/{0}")`.
///
/// `{0}`, `{1}` and `{name}` are replaced by what the route's groups matched, and the request's query is appended. What
/// is filled in can't change the target's scheme or host: `/{0}` with a group that matched `/evil.example` is answered
/// with 400, as is anything that browsers would take for another site.
public final class RedirectHandler: RequestHandler {
    private var url = ""
    private var permanent = true

    /// Takes the arguments `url` and `permanent` (true if not given: 301 instead of 302).
    public override func initialize(_ arguments: HandlerArguments) throws {
        self.url = try arguments.value("url")
        if arguments["permanent"] != nil { self.permanent = try arguments.value("permanent") }
    }

    /// Redirects.
    public override func get() throws { try self.redirectOn() }
    /// Redirects.
    public override func head() throws { try self.redirectOn() }

    override var neverWaits: Bool { true }

    private func redirectOn() throws {
        let target = try RedirectTarget.fill(self.url, self.pathArguments, self.pathNames)
        let query = self.request.query
        let separator = target.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        try self.redirect(query.isEmpty ? target : target + separator + query, permanent: self.permanent)
    }
}

/// The URL that a redirection leads to.
enum RedirectTarget {
    static func fill(_ template: String, _ positional: [String], _ named: [String: String]) throws -> String {
        var filled = ""
        var fixed = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            filled += rest[..<open]
            fixed += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            let value = Int(name).map { positional.indices.contains($0) ? positional[$0] : "" } ?? named[name] ?? ""
            filled += value
            rest = rest[rest.index(after: close)...]
        }
        filled += rest
        fixed += rest
        guard filled.isFieldValue, self.origin(of: filled) == self.origin(of: fixed) else {
            throw HTTPError(400, "A redirection that would lead to another site: \(filled)")
        }
        return filled
    }

    /// Scheme and authority as browsers see them: backslashes are slashes, blanks at the start do not count.
    static func origin(of url: String) -> String {
        var text = url.utf8.drop { $0 <= 0x20 }.filter { $0 != 0x09 }.map { $0 == 0x5C ? UInt8(ascii: "/") : $0 }[...]
        var origin: [UInt8] = []
        let end = text.firstIndex { "/?#".utf8.contains($0) } ?? text.endIndex
        if let colon = text[..<end].firstIndex(of: UInt8(ascii: ":")) {
            origin += text[...colon].map(\.asciiLowercased)
            text = text[(colon + 1)...]
        }
        if text.starts(with: "//".utf8) {
            let authority = text.drop { $0 == UInt8(ascii: "/") }
            origin += Array("//".utf8) + authority.prefix { !"/?#".utf8.contains($0) }
        }
        return String(decoding: origin, as: UTF8.self)
    }
}
