// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Why there is no connection.
public struct TCPClientError: Error, CustomStringConvertible {
    /// What kind of failure this is.
    ///
    /// More may be added.
    public struct Code: Hashable, Sendable {
        private enum Kind: Hashable, Sendable {
            case resolve
            case connect
            case timeout
            case invalid
        }

        private let kind: Kind

        /// The host has no address: see ``TCPClientError/cause``.
        public static let resolve = Code(kind: .resolve)
        /// None of the addresses could be connected to: see ``TCPClientError/attempts``.
        public static let connect = Code(kind: .connect)
        /// The time was over.
        public static let timeout = Code(kind: .timeout)
        /// What was asked for makes no sense.
        public static let invalid = Code(kind: .invalid)
    }

    /// One address that was tried.
    public struct Attempt: Hashable, Sendable, CustomStringConvertible {
        /// The address.
        public let address: SocketAddress
        /// The system's number for what failed; 0 where it was still being tried.
        public let errno: Int32

        /// What happened.
        public var description: String {
            "\(self.address): \(self.reason)"
        }

        fileprivate var reason: String { self.errno == 0 ? "no answer yet" : OSError.text(self.errno) }
    }

    /// The kind of failure.
    public let code: Code
    /// What was tried, in order.
    public let attempts: [Attempt]
    /// Whatever else is behind it.
    public let cause: (any Error)?
    /// What failed, on what, and why.
    public let description: String

    init(_ code: Code, _ what: String, attempts: [Attempt] = [], cause: (any Error)? = nil) {
        self.code = code
        self.attempts = attempts
        self.cause = cause
        let tried = attempts.map(\.description).joined(separator: ", ")
        self.description = tried.isEmpty ? what : "\(what) (\(tried))"
    }
}

extension [TCPClientError.Attempt] {
    /// What came of them, in a few words: without the address where there was one only.
    package var summary: String {
        self.count == 1 ? self[0].reason : self.map(\.description).joined(separator: ", ")
    }
}
