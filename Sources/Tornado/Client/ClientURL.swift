// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A URL as a client needs it: `http://user:password@host:port/path?query#fragment`.
struct ClientURL: Equatable {
    let isTLS: Bool
    /// A name or an address, without brackets, in lower case.
    let host: String
    let port: UInt16
    /// The value of Host: host and port as they are written.
    let authority: String
    /// Path and query, as they are sent.
    let target: String
    /// What stands in front of `@`, percent-decoded.
    let user: String?
    let password: String?
    /// With the `#`; empty if there is none.
    let fragment: String

    private var scheme: String { self.isTLS ? "https" : "http" }

    /// The URL without name and password, for requests to a proxy.
    var absoluteTarget: String { "\(self.scheme)://\(self.authority)\(self.target)" }

    /// The URL without name and password, for messages and answers.
    var text: String { self.absoluteTarget + self.fragment }

    /// Host and port, for messages and for CONNECT.
    var hostAndPort: String { self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)" }

    /// Whether both have the same scheme, host and port, and so may be told the same secrets.
    func hasSameOrigin(as other: ClientURL) -> Bool {
        self.isTLS == other.isTLS && self.port == other.port && self.host == other.host
    }

    /// Takes a URL apart.
    ///
    /// Throws `HTTPClientError`: nothing that could end up in another line of the request is let pass.
    init(_ url: String) throws {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Self.error(url, "it holds a space, a control character or what is not ASCII; percent-encode it")
        }
        guard let colon = url.utf8.firstIndex(of: 0x3A), url[colon...].hasPrefix("://") else {
            throw Self.error(url, "it does not begin with http:// or https://")
        }
        switch url[..<colon].lowercased() {
        case "http": self.isTLS = false
        case "https": self.isTLS = true
        case let other:
            let words = "the scheme \(other) is not spoken, only http and https"
            throw HTTPClientError(.unsupported, "Cannot fetch \(Self.redacted(url)): \(words).")
        }
        let whole = url[url.utf8.index(colon, offsetBy: 3)...]
        let rest = whole.prefix { $0 != "#" }
        self.fragment = String(whole[rest.endIndex...])
        let place = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest[place.endIndex...]
        self.target = target.utf8.first == 0x2F ? String(target) : "/" + target
        var authority = place
        var user: String?
        var password: String?
        if let at = place.lastIndex(of: "@") {
            authority = place[place.index(after: at)...]
            let info = place[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = Self.decoded(info[0])
            password = info.count > 1 ? Self.decoded(info[1]) : ""
        }
        self.user = user
        self.password = password
        let parts = try Self.split(authority, url)
        self.host = parts.host.lowercased()
        self.port = parts.port ?? (self.isTLS ? 443 : 80)
        self.authority = String(authority)
    }

    private static func decoded(_ text: Substring) -> String {
        var text = String(text)
        return String(decoding: text.withUTF8 { PercentCoding.decode($0, plus: false) }, as: UTF8.self)
    }

    private static func split(_ authority: Substring, _ url: String) throws -> (host: String, port: UInt16?) {
        var host = authority
        var tail: Substring = ""
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw Self.error(url, "a bracket is not closed") }
            host = authority[authority.index(after: authority.startIndex)..<end]
            tail = authority[authority.index(after: end)...]
            guard host.contains(":") else { throw Self.error(url, "what its brackets hold is no IPv6 address") }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            tail = authority[colon...]
        }
        guard !host.isEmpty else { throw Self.error(url, "it names no host") }
        if tail.isEmpty || tail == ":" { return (String(host), nil) }
        guard tail.hasPrefix(":"), let port = UInt16(tail.dropFirst()), port > 0, !tail.hasPrefix(":+") else {
            throw Self.error(url, "its port is not a number from 1 to 65535")
        }
        return (String(host), port)
    }

    private static func error(_ url: String, _ why: String) -> HTTPClientError {
        HTTPClientError(.request, "Cannot fetch \(Self.redacted(url)): \(why).")
    }

    /// A URL that could not be taken apart, without what may be a password, for messages.
    static func redacted(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@") else { return LogText.escaped(url) }
        let start = url.range(of: "://", before: at) ?? url.startIndex
        return LogText.escaped("\(url[..<start])***\(url[at...])")
    }
}

extension String {
    /// The index behind the first `pattern` in front of `end`.
    fileprivate func range(of pattern: String, before end: Index) -> Index? {
        var index = self.startIndex
        while index < end {
            if self[index..<end].hasPrefix(pattern) { return self.index(index, offsetBy: pattern.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
