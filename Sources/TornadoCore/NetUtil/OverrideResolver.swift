// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A resolver that asks another one for other hosts than it was asked for: for tests, and for services that moved.
///
/// ```swift
/// let resolver = OverrideResolver(mapping: [
///     "example.com": "127.0.0.1",
///     "login.example.com:443": "localhost:1443",
///     .host("login.example.com", port: 443, family: .inet6): .host("::1", port: 1443),
/// ])
/// ```
public final class OverrideResolver: Resolver {
    /// What is asked for.
    public struct Source: Hashable, Sendable, ExpressibleByStringLiteral {
        let host: String
        let port: Int?
        let family: AddressFamily?

        /// A host; with a port, and a kind of address, only questions with those.
        public static func host(_ host: String, port: Int? = nil, family: AddressFamily? = nil) -> Source {
            Source(host: host.lowercased(), port: port, family: family)
        }

        /// `host` or `host:port`; an IPv6 address with a port is in brackets.
        public init(stringLiteral text: String) {
            let place = HostAndPort(text)
            self = .host(place.host, port: place.port)
        }

        private init(host: String, port: Int?, family: AddressFamily?) {
            self.host = host
            self.port = port
            self.family = family
        }
    }

    /// What is asked for in its place.
    public struct Target: Hashable, Sendable, ExpressibleByStringLiteral {
        let host: String
        let port: Int?

        /// A host, and its port if that changes too.
        public static func host(_ host: String, port: Int? = nil) -> Target {
            Target(host: host, port: port)
        }

        /// `host` or `host:port`; an IPv6 address with a port is in brackets.
        public init(stringLiteral text: String) {
            let place = HostAndPort(text)
            self.init(host: place.host, port: place.port)
        }

        private init(host: String, port: Int?) {
            self.host = host
            self.port = port
        }
    }

    private let resolver: any Resolver
    private let mapping: [Source: Target]

    /// A resolver that changes what is in `mapping`; the most particular entry counts.
    ///
    /// - Parameters:
    ///   - resolver: Whom to ask; null is ``DefaultResolver``.
    ///   - mapping: What to ask for instead of what.
    public init(_ resolver: (any Resolver)? = nil, mapping: [Source: Target]) {
        self.resolver = resolver ?? DefaultResolver()
        self.mapping = mapping
    }

    /// Asks for what is to be asked for instead: see ``Resolver``.
    @discardableResult
    public func resolve(
        _ host: String,
        _ port: Int,
        family: AddressFamily,
        _ callback: @escaping (Result<[SocketAddress], any Error>) throws -> Void
    ) -> Pending {
        let target =
            self.mapping[.host(host, port: port, family: family)] ?? self.mapping[.host(host, port: port)]
            ?? self.mapping[.host(host, family: family)] ?? self.mapping[.host(host)]
        return self.resolver.resolve(target?.host ?? host, target?.port ?? port, family: family, callback)
    }
}

/// A host and perhaps a port, from one text.
struct HostAndPort {
    let host: String
    let port: Int?

    init(_ text: String) {
        var host = text[...]
        var port: Int?
        if let colon = text.lastIndex(of: ":"), let number = UInt16(text[text.index(after: colon)...]) {
            let front = text[..<colon]
            // Without brackets, more colons make it an IPv6 address.
            if !front.contains(":") || front.hasSuffix("]") { (host, port) = (front, Int(number)) }
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        self.host = String(host)
        self.port = port
    }
}
