// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CTLS
import Glibc
package import ProviderKit

/// A connection that a handler took over.
public struct DetachedConnection: Sendable {
    /// The socket, non-blocking; the app closes it.
    ///
    /// Of an encrypted connection its bytes are no use as they are.
    public let fd: Int32
    /// What the client has sent behind the request.
    public let unread: [UInt8]
    private let session: Session?

    /// Whether the bytes go through TLS.
    public var isEncrypted: Bool { self.session != nil }

    /// The connection to send and receive on, which whoever takes it closes; take it once.
    ///
    /// Look at `hasPending` before waiting: with TLS there may be bytes that have come already.
    package var transport: Transport { Transport(descriptor: self.fd, tls: self.session?.handle) }

    /// The session of an encrypted connection.
    ///
    /// Sendable: it belongs to whoever takes the connection, on one thread at a time, and nobody else refers to it.
    private struct Session: @unchecked Sendable {
        let handle: OpaquePointer
    }

    /// Takes over what a server has given away; throws, with all of it closed, if there is no memory.
    fileprivate init(_ fd: Int32, ssl: UnsafeMutableRawPointer?, unread: [UInt8]) throws {
        self.fd = fd
        self.unread = unread
        guard let ssl else {
            self.session = nil
            return
        }
        // The server may be in another image, with its own copy of what calls OpenSSL.
        guard let handle = gt_tls_adopt(ssl) else {
            let why = String(cString: strerror(errno))
            gt_tls_discard(ssl)
            close(fd)
            throw HTTPOutputError("detach(): the TLS session can't be taken over: \(why).")
        }
        self.session = Session(handle: handle)
    }
}

extension RequestHandler {
    /// Takes the connection away from the server; the handler is finished, and nothing is answered.
    ///
    /// - Throws: `HTTPOutputError` if the answer has begun, or the server can't do it (see its limitations).
    public final func detach() throws -> DetachedConnection {
        guard self.mayWrite("detach"), let exchange = self.request.exchange else { throw StreamClosedError() }
        let table = self.request.table
        guard table.pointee.capabilities & UInt32(GT_CAN_DETACH) != 0 else {
            throw HTTPOutputError(
                "detach(): the HTTP server \"\(String(cString: table.pointee.name))\" can't give a connection away."
            )
        }
        var fd: Int32 = -1
        var ssl: UnsafeMutableRawPointer?
        var unread = gt_bytes()
        let before = self.request.answer
        self.request.answer = .ended
        let result =
            self.request.server.speaksTLS
            ? table.pointee.detach_tls(exchange, &fd, &ssl, &unread) : table.pointee.detach(exchange, &fd, &unread)
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
        return try DetachedConnection(fd, ssl: ssl, unread: bytes)
    }
}
