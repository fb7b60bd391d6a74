// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import TornadoCore

/// How a request is made: Tornado's settings of `HTTPRequest`, each nil where the client's default is wanted.
///
/// They are members of every ``HTTPRequest``, and of ``HTTPClientSettings/defaults``:
///
/// ```swift
/// var request = HTTPRequest("http://localhost:8888/")
/// request.followRedirects = false
/// ```
public struct HTTPRequestSettings: Sendable, Equatable {
    /// How credentials are told.
    public enum AuthMode: String, Sendable, CaseIterable {
        /// RFC 7617's, readable to whoever sees the request.
        case basic
        /// RFC 7616's, which tells no password: the request is sent without credentials first, and again with the answer to
        /// the challenge in a 401 (a proxy's 407). Further requests to the host use the challenge too.
        ///
        /// Known are MD5, SHA-256 and SHA-512-256, their `-sess` forms, `qop` `auth` and `auth-int`, `userhash`, and stale
        /// nonces; OpenSSL computes them. A body is sent twice unless ``HTTPRequestSettings/expect100Continue`` holds it
        /// back, and a `bodyProducer` is called again; `auth-int` needs a body that is no producer's.
        case digest
    }

    // MARK: Time

    /// Seconds to look the host up, connect and agree on TLS, for each request of a chain of redirects, and to wait for a
    /// turn before; 0 for no limit but ``requestTimeout``; 20 by default.
    public var connectTimeout: Double?
    /// Seconds for the whole fetch; 0 for no limit; 20 by default.
    public var requestTimeout: Double?

    // MARK: What is sent

    /// The value of User-Agent.
    public var userAgent: String?
    /// Name for the server, in Authorization; before one in the URL.
    public var authUsername: String?
    /// Password for the server.
    public var authPassword: String?
    /// How ``authUsername``, or the name in the URL, is told; ``AuthMode/basic`` by default.
    public var authMode: AuthMode?
    /// Asks for what has changed since then, in seconds since 1970; the answer is else 304.
    public var ifModifiedSince: Double?
    /// Whether the body is held back until the server wants it, or for a second; false by default.
    public var expect100Continue: Bool?
    /// Whether any method goes, and a body with any method; false by default.
    public var allowNonstandardMethods: Bool?

    // MARK: What becomes of the answer

    /// Whether redirects are followed; true by default.
    public var followRedirects: Bool?
    /// How many in a row; one more is an error; 5 by default.
    public var maxRedirects: Int?
    /// Whether gzip and deflate are asked for, and undone; true by default.
    public var decompressResponse: Bool?
    /// Bytes of an answer's head, more being an error; the client's ``HTTPClientSettings/maxHeaderSize`` by default.
    public var maxHeaderSize: Int?
    /// Bytes of an answer's body, as sent and decompressed; the client's ``HTTPClientSettings/maxBodySize`` by default.
    public var maxBodySize: Int?

    // MARK: The way there

    /// The address to connect from.
    public var networkInterface: String?
    /// Whether IPv6 addresses are tried; true by default.
    public var allowIPv6: Bool?
    /// A unix socket to connect to, by its path, whatever the URL's host and port are.
    public var unixSocket: String?
    /// A proxy for HTTP: asked for `http:` URLs whole, and for a tunnel (CONNECT) to `https:` ones.
    ///
    /// It is spoken to without TLS, as in Tornado: no `https:` proxies. What goes through a tunnel is encrypted up to the
    /// server; the host's name, credentials for the proxy, and `http:` requests are readable on the way to the proxy.
    public var proxyHost: String?
    /// The proxy's port.
    public var proxyPort: Int?
    /// Name for the proxy.
    public var proxyUsername: String?
    /// Password for the proxy.
    public var proxyPassword: String?
    /// How ``proxyUsername`` is told; ``AuthMode/basic`` by default.
    public var proxyAuthMode: AuthMode?

    // MARK: TLS

    /// Whether the server's certificate must be trusted, and for its host; true by default.
    public var validateCert: Bool?
    /// Whom to trust, a PEM file, instead of whom the system trusts.
    public var caCerts: String?
    /// One's own key, a PEM file, if it is not in ``clientCert``.
    public var clientKey: String?
    /// One's own certificate chain, a PEM file.
    public var clientCert: String?
    /// All of TLS at once, instead of the four above.
    ///
    /// Files are read once for a client, when they are first used.
    public var sslOptions: SSLOptions?

    /// Settings that are all nil.
    public init() {}
}
