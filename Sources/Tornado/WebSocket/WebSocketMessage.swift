// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A message of a WebSocket: text or bytes.
public enum WebSocketMessage: Equatable, Sendable {
    /// Text, which is UTF-8 on its way.
    case text(String)
    /// Bytes.
    case binary([UInt8])

    /// The text, if it is one.
    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The bytes: a text's are its UTF-8.
    public var bytes: [UInt8] {
        switch self {
        case .text(let text): Array(text.utf8)
        case .binary(let bytes): bytes
        }
    }

    /// The number of bytes.
    public var count: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let bytes): bytes.count
        }
    }
}

/// What a connection tells its handler, in order.
enum WebSocketEvent {
    case open
    case message(WebSocketMessage)
    case ping([UInt8])
    case pong([UInt8])
    /// The last.
    case closed
}

/// Who a connection belongs to: a handler, or a client.
protocol WebSocketOwner: AnyObject {
    /// Whether no more should come before ``WebSocketConnection/resume()``.
    var isBusy: Bool { get }
    /// Something has happened.
    func take(_ event: WebSocketEvent)
}
