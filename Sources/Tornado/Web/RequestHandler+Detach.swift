// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

/// A connection that a handler took over.
public struct DetachedConnection: Sendable {
    /// The socket, non-blocking; the app closes it.
    public let fd: Int32
    /// What the client has sent behind the request.
    public let unread: [UInt8]
}

extension RequestHandler {
    /// Takes the connection away from the server; the handler is finished, and nothing is answered.
    ///
    /// - Throws: `HTTPOutputError` if the answer has begun, or the server can't do it (see its limitations).
    public final func detach() throws -> DetachedConnection {
        guard self.mayWrite("detach"), let exchange = self.request.exchange else { throw StreamClosedError() }
        guard self.request.table.pointee.capabilities & UInt32(GT_CAN_DETACH) != 0 else {
            let name = String(cString: self.request.table.pointee.name)
            throw HTTPOutputError("detach(): the HTTP server \"\(name)\" can't give a connection away.")
        }
        var fd: Int32 = -1
        var unread = gt_bytes()
        let before = self.request.answer
        self.request.answer = .ended
        let result = self.request.table.pointee.detach(exchange, &fd, &unread)
        guard result >= 0 else {
            self.request.answer = before
            try HTTPOutputError.check(result, "detach")
            throw StreamClosedError()
        }
        let bytes = Array(unread.buffer)
        self.isFinished = true
        self.areHeadersWritten = true
        self.onFinish()
        self.request.handler = nil
        return DetachedConnection(fd: fd, unread: bytes)
    }
}
