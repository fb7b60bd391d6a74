// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A WebSocket call that failed.
public struct WebSocketError: Error, CustomStringConvertible, Sendable {
    /// A kind of failure.
    public enum Kind: Sendable {
        /// The peer reads too slowly, and more waits than may.
        case bufferFull
        /// Something was given that the protocol cannot carry.
        case badArgument
        /// There is no connection: the host, the network, TLS or the time.
        case connect
        /// The server does not agree to speak WebSocket, or not as the client asked.
        case handshake
    }

    /// The kind of failure.
    public let kind: Kind
    /// The status of the answer that a server gave instead of 101; 0 if there was none.
    public let statusCode: Int
    /// What failed, on what, and why.
    public let description: String

    init(_ kind: Kind, _ description: String, statusCode: Int = 0) {
        self.kind = kind
        self.statusCode = statusCode
        self.description = description
    }
}

/// The WebSocket is closed, or is being closed: nothing more can be sent.
public struct WebSocketClosedError: Error, CustomStringConvertible, Sendable {
    /// The peer's code, as `closeCode` has it; null as long as the peer has not answered.
    public let code: Int?

    /// A sentence.
    public var description: String {
        "The WebSocket is closed" + (self.code.map { " (\($0))" } ?? "") + ": nothing can be sent on it."
    }
}
