// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Why an HTTP client has no answer, or one that is no success.
public struct HTTPClientError: Error, CustomStringConvertible, Sendable {
    /// A kind of failure.
    public struct Kind: Hashable, Sendable {
        private enum Value {
            case status, request, unsupported, resolve, connect, connectTimeout, requestTimeout, closed, malformed
        }

        private let value: Value

        /// The server's answer has a status that is none of 200 to 299.
        public static let status = Kind(value: .status)
        /// The request can't be made as it is: its URL, method or a field.
        public static let request = Kind(value: .request)
        /// The URL has a scheme that this version does not speak.
        public static let unsupported = Kind(value: .unsupported)
        /// The host's name has no address.
        public static let resolve = Kind(value: .resolve)
        /// No address of the host could be connected to.
        public static let connect = Kind(value: .connect)
        /// There was no connection within `connectTimeout`.
        public static let connectTimeout = Kind(value: .connectTimeout)
        /// There was no whole answer within `requestTimeout`.
        public static let requestTimeout = Kind(value: .requestTimeout)
        /// The connection broke before the answer was whole.
        public static let closed = Kind(value: .closed)
        /// The answer breaks HTTP's rules, or is larger than allowed.
        public static let malformed = Kind(value: .malformed)
    }

    /// The kind of failure.
    public let kind: Kind
    /// The answer's status; 599, as in Tornado, where there is none.
    public let code: Int
    /// What failed, on what, and why, in a sentence.
    public let description: String

    /// Whether the time was over.
    public var isTimeout: Bool { self.kind == .connectTimeout || self.kind == .requestTimeout }

    init(_ kind: Kind, code: Int = 599, _ description: String) {
        self.kind = kind
        self.code = code
        self.description = description
    }
}
