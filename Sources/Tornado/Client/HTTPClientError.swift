// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Why an HTTP client has no answer, or one that is no success.
public struct HTTPClientError: Error, CustomStringConvertible, Sendable {
    /// A kind of failure.
    ///
    /// More may be added.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name, as it is written here.
        public let description: String

        private init(_ name: String) { self.description = name }

        /// The server's answer has a status that is none of 200 to 299.
        public static let status = Kind("status")
        /// The request can't be made as it is: its URL, method, a field or a setting.
        public static let request = Kind("request")
        /// The URL has a scheme that is not spoken.
        public static let unsupported = Kind("unsupported")
        /// The host's name has no address.
        public static let resolve = Kind("resolve")
        /// No address of the host could be connected to.
        public static let connect = Kind("connect")
        /// Nobody listens there.
        public static let refused = Kind("refused")
        /// The server, or something on the way, has reset the connection.
        public static let reset = Kind("reset")
        /// The connection was closed before the answer was whole.
        public static let closed = Kind("closed")
        /// The fetch did not get its turn in time.
        public static let queueTimeout = Kind("queueTimeout")
        /// The host's addresses were not known in time.
        public static let lookupTimeout = Kind("lookupTimeout")
        /// There was no connection in time.
        public static let connectTimeout = Kind("connectTimeout")
        /// TLS was not agreed in time.
        public static let handshakeTimeout = Kind("handshakeTimeout")
        /// There was no whole answer in time.
        public static let requestTimeout = Kind("requestTimeout")
        /// The answer breaks HTTP's rules, or its body is not what its Content-Encoding names.
        public static let malformed = Kind("malformed")
        /// The answer is larger than allowed.
        public static let tooLarge = Kind("tooLarge")
        /// There were more redirects than allowed.
        public static let tooManyRedirects = Kind("tooManyRedirects")
        /// The server's certificate is not trusted, or for another host.
        public static let certificate = Kind("certificate")
        /// TLS failed for another reason.
        public static let tls = Kind("tls")
        /// The proxy did not make the tunnel.
        public static let proxy = Kind("proxy")
        /// The server or proxy asks by a `Digest` challenge that can't be answered.
        public static let authentication = Kind("authentication")
        /// A callback of the request, or what makes its body, has thrown an error.
        public static let callback = Kind("callback")
        /// The client was closed.
        public static let clientClosed = Kind("clientClosed")
        /// Whoever asked does not want the answer any more.
        public static let cancelled = Kind("cancelled")

        static let timeouts: Set<Kind> = [
            .queueTimeout, .lookupTimeout, .connectTimeout, .handshakeTimeout, .requestTimeout,
        ]
    }

    /// The kind of failure.
    public let kind: Kind
    /// The answer's status; 599, as in Tornado, where there is none.
    public let code: Int
    /// What failed, on what, and why, in a sentence.
    public let description: String
    /// The answer, if there is one.
    public var response: HTTPResponse? { self.holder?.response }

    private let holder: Holder?

    /// An answer, which holds this error too, in a place of its own.
    private final class Holder: Sendable {
        let response: HTTPResponse

        init(_ response: HTTPResponse) { self.response = response }
    }

    /// Whether the time was over.
    public var isTimeout: Bool { Kind.timeouts.contains(self.kind) }

    init(_ kind: Kind, code: Int = 599, _ description: String, response: HTTPResponse? = nil) {
        self.kind = kind
        self.code = code
        self.description = description
        self.holder = response.map { Holder($0) }
    }
}
