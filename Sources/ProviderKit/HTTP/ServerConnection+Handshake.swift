// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CTLS
import Glibc
package import HTTPCodec

/// The beginning of an encrypted connection.
extension ServerConnection {
    /// Goes on with the handshake.
    ///
    /// True if there may be a request behind it at once.
    func shakeHands(_ engine: HTTPServerEngine) -> Bool {
        guard let tls = self.tls else { return false }
        switch gt_tls_handshake(tls) {
        case 0:
            self.isInHandshake = false
            self.inputNeedsWrite = false
            self.deadline = engine.deadline(after: engine.settings.idleTimeout)
            self.updateInterest(engine)
            return gt_tls_pending(tls) > 0
        case Int32(GT_TLS_WANT_READ):
            self.inputNeedsWrite = false
            self.updateInterest(engine)
        case Int32(GT_TLS_WANT_WRITE):
            self.inputNeedsWrite = true
            self.updateInterest(engine)
        default:
            self.handshakeFailed(tls, engine)
        }
        return false
    }

    private func handshakeFailed(_ tls: OpaquePointer, _ engine: HTTPServerEngine) {
        if gt_tls_spoke_http(tls) != 0 {
            self.refusePlain(engine)
        } else {
            engine.delegate.handshake_failed?(engine.serverContext, self.exchange, gt_tls_error(tls))
        }
        guard self.phase != .closed else { return }
        // OpenSSL has told the client why. A socket with unread bytes in it would answer with a reset, before that is read.
        guard Glibc.shutdown(self.descriptor, Int32(SHUT_WR)) == 0 else {
            self.drop()
            return
        }
        self.isBroken = true
        self.phase = .lingering
        self.deadline = engine.now + ServerConnection.lingerTime
        self.inputNeedsWrite = false
        self.updateInterest(engine)
    }

    /// Answers a client that speaks HTTP without TLS, in its own language.
    private func refusePlain(_ engine: HTTPServerEngine) {
        engine.batch = self.handle
        self.refuse(.plainOnEncrypted, gt_bytes(), saysWhy: true)
        engine.batch = nil
        let out = engine.batchOutput
        // The first bytes on a new connection: the kernel has room for them.
        _ = Glibc.send(self.descriptor, out.bytes, out.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        out.removeAll()
    }
}

extension Refusal {
    /// HTTP in the clear where TLS is spoken.
    package static let plainOnEncrypted =
        Refusal(400, "a plain HTTP request was sent to a port that speaks TLS (https)")
}
