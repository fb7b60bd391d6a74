// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import Glibc

/// What TLS asks of a connection beside its bufferevent's own work.
extension EvhttpConnection {
    /// Whether the handshake has used up its time.
    var isLate: Bool { self.engine.now - self.waitingSince >= self.engine.handshakeTimeout }

    /// Whether the peers have not agreed yet.
    var isInHandshake: Bool {
        guard !self.isHandshakeDone, let session = self.session, let tls = self.engine.tls else { return false }
        self.isHandshakeDone = tls.library.isHandshakeDone(session)
        return !self.isHandshakeDone
    }

    /// The seam's tls_info().
    func describeTLS(_ info: UnsafeMutablePointer<gt_tls_info>) -> Int32 {
        guard let session = self.session, let tls = self.engine.tls else { return -ENOTSUP }
        return tls.describe(session, info)
    }

    /// Reads on what was decrypted before the limit of the input stopped it: the socket will not tell of that.
    func readPending() {
        guard let session = self.session, let tls = self.engine.tls, tls.library.hasPending(session) else { return }
        event_active(&self.bufferevent.pointee.ev_read, Int32(EV_READ), 0)
    }

    /// Called where evhttp is about to free the bufferevent and close the socket.
    ///
    /// The peer is told that this is the end unless an answer is cut short, which it is to notice.
    func endSession() {
        guard let session = self.session, let tls = self.engine.tls else { return }
        if self.isInHandshake { self.tellHandshakeFailed(tls) }
        self.session = nil
        let isWhole = (self.request == nil || self.responseEnded) && self.unsent == 0
        if isWhole, self.isHandshakeDone { tls.library.sayEnd(session) }
        self.engine.retire(session)
    }

    private func tellHandshakeFailed(_ tls: EvhttpTLS) {
        guard let failed = self.engine.delegate.handshake_failed else { return }
        let why = tls.library.failure(of: self.bufferevent)
        if let why {
            failed(self.engine.serverContext, OpaquePointer(self.handle), why)
        } else {
            let text: StaticString =
                self.isLate ? "the handshake took too long" : "the connection was closed in the handshake"
            let words = UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
            failed(self.engine.serverContext, OpaquePointer(self.handle), words)
        }
    }
}
