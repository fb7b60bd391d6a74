// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import TornadoCore

/// What WebSockets are told when their server goes: 1001, going away.
enum WebSocketShutdown {
    /// A server drops its connections.
    static func close(_ server: HTTPServer) {
        for connection in WebSocketBuffers.current.connections.values where connection.server === server {
            connection.close(WebSocketCloseReason(code: 1001))
        }
    }

    /// The process ends, and its loop turns no more: a word to each, as far as the kernel takes it.
    static func processEnds() {
        for connection in WebSocketBuffers.current.connections.values { connection.goAway() }
    }
}
