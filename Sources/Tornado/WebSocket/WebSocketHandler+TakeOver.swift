// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import ProviderKit

extension WebSocketHandler {
    /// Takes the connection away from the HTTP server, and lets go of what the request needs no more.
    final func takeOver() throws -> (transport: Transport, unread: [UInt8]) {
        guard self.request.table.pointee.capabilities & UInt32(GT_CAN_DETACH) != 0 else {
            let name = String(cString: self.request.table.pointee.name)
            throw HTTPError(501, "The HTTP server \"\(name)\" can't give a connection to a WebSocket.")
        }
        // Its address can be asked for now, and not when the server has given it away.
        self.request.keepHead()
        let detached = try self.detach()
        self.request.dropParsed()
        self.extras?.headers = nil
        return (detached.transport, detached.unread)
    }
}

extension HTTPServerRequest {
    /// Forgets what can be made again of the head.
    fileprivate func dropParsed() {
        self.details?.headers = nil
        self.details?.query = nil
        self.details?.cookies = nil
    }
}
