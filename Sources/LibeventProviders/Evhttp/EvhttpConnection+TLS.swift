// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import Glibc
import HTTPCodec
import ProviderKit

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
        tls.library.watch(session, context: nil, nil)
        if self.isInHandshake { if self.spokeHTTP { self.refusePlain() } else { self.tellHandshakeFailed(tls) } }
        self.session = nil
        let isWhole = (self.request == nil || self.responseEnded) && self.unsent == 0
        if isWhole, self.isHandshakeDone { tls.library.sayEnd(session) }
        self.engine.retire(session)
    }

    // MARK: Plain HTTP

    /// Looks at the beginning of the first record, which nobody can see any more once OpenSSL has refused it.
    func watchFirstRecord() {
        guard let session = self.session, let tls = self.engine.tls else { return }
        // The connection takes the watcher away before it goes.
        tls.library.watch(session, context: self.handle) { isWritten, _, kind, bytes, size, _, context in
            guard isWritten == 0 else { return }
            let isHeader = kind == LibeventOpenSSL.recordHeader && size > 0
            EvhttpConnection.from(context).noteFirst(isHeader ? bytes?.load(as: UInt8.self) : nil)
        }
    }

    private func noteFirst(_ byte: UInt8?) {
        self.firstOfRecord = byte
        guard let session = self.session, let tls = self.engine.tls else { return }
        tls.library.watch(session, context: nil, nil)
    }

    /// No record begins with a letter, and every request does.
    private var spokeHTTP: Bool { self.firstOfRecord.map { $0 >= 0x41 && $0 <= 0x5A } ?? false }

    /// Answers a client that speaks HTTP without TLS, in its own language.
    private func refusePlain() {
        let refusal = Refusal.plainOnEncrypted
        let page = "400: \(StatusLine.phrase(of: 400))"
        let body = "<html><title>\(page)</title><body>\(page): \(refusal.why)</body></html>"
        let date = String(cString: self.engine.text.text(self.engine.dates.value()))
        let lines = [
            "HTTP/1.1 400 \(StatusLine.phrase(of: 400))", "Date: \(date)", "Content-Type: text/html; charset=UTF-8",
            "Content-Length: \(body.utf8.count)", "Connection: close", "", body,
        ]
        // The first bytes on a new connection: the kernel has room for them.
        let text = lines.joined(separator: "\r\n")
        _ = send(Int32(self.descriptor), text, text.utf8.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        self.engine.linger(on: self)
        let why = UnsafeRawPointer(refusal.why.utf8Start).assumingMemoryBound(to: CChar.self)
        self.engine.delegate.refused?(self.engine.serverContext, OpaquePointer(self.handle), 400, why, gt_bytes())
    }

    private func tellHandshakeFailed(_ tls: EvhttpTLS) {
        let gone = self.isLate ? "the handshake took too long" : "the connection was closed in the handshake"
        let failure = tls.library.failure(of: self.bufferevent)
        // OpenSSL has told the client, which may have sent a request already.
        if failure != nil { self.engine.linger(on: self) }
        (failure ?? gone).withCString {
            self.engine.delegate.handshake_failed?(self.engine.serverContext, OpaquePointer(self.handle), $0)
        }
    }
}
