// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// How to speak TLS: Tornado's `ssl_options`, for servers and for clients.
///
/// A value: files are read when a server, stream or client is made with it.
///
/// ```swift
/// let server = SSLOptions(certfile: "server.pem", keyfile: "server.key")
/// var client = SSLOptions()
/// client.caCerts = "own-ca.pem"
/// ```
public struct SSLOptions: Sendable, Hashable {
    /// A certificate chain and its private key, in PEM files.
    public struct Certificate: Sendable, Hashable {
        /// The chain, leaf first.
        public var certfile: String
        /// The key; nil if it is in ``certfile``.
        public var keyfile: String?
        /// The key's password; nil for none.
        public var password: String?
        /// The name clients ask for by SNI to get it (`"*.example.com"` too); nil: the names it has.
        public var host: String?

        /// A certificate from files.
        public init(certfile: String, keyfile: String? = nil, password: String? = nil, host: String? = nil) {
            self.certfile = certfile
            self.keyfile = keyfile
            self.password = password
            self.host = host
        }
    }

    /// What becomes of the peer's certificate: Python's `CERT_NONE`, `CERT_OPTIONAL`, `CERT_REQUIRED`.
    public enum Verification: String, Sendable, CaseIterable {
        /// A server does not ask for one; a client takes any.
        case none
        /// A server asks, refuses a bad one, and goes on without one.
        case optional
        /// It must be there and be trusted; of a client's peer the name must match too.
        case required
    }

    /// A version of the protocol; older ones are not spoken.
    public enum Version: UInt16, Sendable, CaseIterable {
        case tlsv1_2 = 0x0303
        case tlsv1_3 = 0x0304
    }

    /// One's own, the first for whoever asks for no name; a server needs one.
    public var certificates: [Certificate]
    /// Whom to trust, a PEM file; with ``caPath`` nil too: whom the system trusts.
    public var caCerts: String?
    /// Whom to trust, a folder as `openssl rehash` makes it.
    public var caPath: String?
    /// Certificates that were revoked, a PEM file of CRLs, one for each issuer; nil: nobody asks.
    public var crlFile: String?
    /// What becomes of the peer's certificate; nil: ``Verification/required`` for clients, ``Verification/none`` for servers.
    public var verify: Verification?
    /// The oldest version to speak; nil: 1.2.
    public var minVersion: Version?
    /// The newest; nil: the newest there is.
    public var maxVersion: Version?
    /// Cipher suites up to TLS 1.2, as OpenSSL writes them; nil: its default.
    public var ciphers: String?
    /// Cipher suites of TLS 1.3; nil: OpenSSL's default.
    public var ciphersuites: String?
    /// Protocols offered or taken by ALPN, the best first.
    public var alpn: [String]
    /// Whether a client checks that the certificate is for the host it wanted; it does unless told otherwise.
    public var checkHostname = true
    /// Whether sessions are resumed, by tickets; they are unless told otherwise.
    public var resumption = true

    /// Options with one certificate of one's own.
    public init(certfile: String, keyfile: String? = nil, alpn: [String] = []) {
        self.init(certificates: [Certificate(certfile: certfile, keyfile: keyfile)], alpn: alpn)
    }

    /// Options with several certificates, chosen by SNI; or with none, for clients.
    public init(certificates: [Certificate] = [], alpn: [String] = []) {
        self.certificates = certificates
        self.alpn = alpn
    }
}
