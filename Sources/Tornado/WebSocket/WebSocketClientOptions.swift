// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import TornadoCore

/// How a client's WebSocket is to be.
///
/// ```swift
/// var options = WebSocketClientOptions()
/// options.subprotocols = ["chat"]
/// options.compression = WebSocketCompression()
/// let socket = try await websocketConnect("wss://example.com/chat", options)
/// ```
public struct WebSocketClientOptions {
    /// Subprotocols to offer, the best first.
    public var subprotocols: [String] = []
    /// How to compress messages, if the server can; nil for not at all.
    public var compression: WebSocketCompression?
    /// Seconds between two pings; nil for none.
    public var pingInterval: Double?
    /// Seconds after a ping within which the server must be heard of; nil is the interval.
    public var pingTimeout: Double?
    /// The most bytes of a message, decompressed; more is answered with close code 1009.
    public var maxMessageSize = 10 * 1024 * 1024
    /// For `wss:`; nil is whom the system trusts.
    public var sslOptions: SSLOptions?
    /// Whom to ask for the host's addresses; nil is the runner's resolver, else libc's.
    public var resolver: (any Resolver)?
    /// Called by the loop with each message, and with nil at the end; nil to have them read with `readMessage`.
    ///
    /// What it throws is logged.
    public var onMessage: ((WebSocketMessage?) throws -> Void)?

    /// Tornado's defaults.
    public init() {}
}
