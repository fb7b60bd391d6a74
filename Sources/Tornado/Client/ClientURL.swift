// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A URL as a client needs it: `http://host[:port][/path][?query]`.
struct ClientURL {
    /// A name or an address, without brackets.
    let host: String
    let port: UInt16
    /// The value of Host.
    let authority: String
    /// Path and query, as they are sent.
    let target: String

    /// Takes a URL apart.
    ///
    /// Throws `HTTPClientError`: nothing that could end up in another line of the request is let pass.
    init(_ url: String) throws {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Self.error(url, "it holds a space, a control character or what is not ASCII; percent-encode it")
        }
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else {
            throw Self.error(url, "it does not begin with http://")
        }
        let scheme = url[..<colon].lowercased()
        guard scheme == "http" else {
            throw HTTPClientError(
                .unsupported,
                scheme == "https"
                    ? "Cannot fetch \(url): https needs TLS, which this version does not have; it comes with a later one."
                    : "Cannot fetch \(url): the scheme \(scheme) is not spoken, only http."
            )
        }
        let rest = url[url.index(colon, offsetBy: 3)...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest[authority.endIndex...]
        guard !authority.contains("@") else {
            throw Self.error(url, "a name and password go into the header field Authorization, not into the URL")
        }
        let parts = try Self.split(authority, url)
        self.host = parts.host
        self.port = parts.port
        self.authority = String(authority)
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
    }

    private static func split(_ authority: Substring, _ url: String) throws -> (host: String, port: UInt16) {
        var host = authority
        var tail: Substring = ""
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw Self.error(url, "a bracket is not closed") }
            host = authority[authority.index(after: authority.startIndex)..<end]
            tail = authority[authority.index(after: end)...]
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            tail = authority[colon...]
        }
        guard !host.isEmpty else { throw Self.error(url, "it names no host") }
        if tail.isEmpty || tail == ":" { return (String(host), 80) }
        guard tail.hasPrefix(":"), let port = UInt16(tail.dropFirst()), port > 0, !tail.hasPrefix(":+") else {
            throw Self.error(url, "its port is not a number from 1 to 65535")
        }
        return (String(host), port)
    }

    private static func error(_ url: String, _ why: String) -> HTTPClientError {
        HTTPClientError(.request, "Cannot fetch \(LogText.escaped(url)): \(why).")
    }
}
