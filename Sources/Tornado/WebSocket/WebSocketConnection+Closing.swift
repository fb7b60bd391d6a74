// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import Logging
import ProviderKit
import TornadoCore

/// The closing handshake (RFC 6455, section 7), and the other ends.
extension WebSocketConnection {
    /// Says Close, and gives the peer some time to answer.
    func close(_ reason: WebSocketCloseReason) {
        guard self.state == .open else { return }
        self.state = .closing
        self.stopPinging()
        self.startCloseTimer()
        self.sendClose(reason)
        // An owner that is busy, as one that closes is, holds nothing up any more.
        guard self.state == .closing else { return }
        self.loop.spawnCallback { self.resume() }
    }

    /// The code and reason in a frame; throws what can't be in one.
    static func reason(code: Int?, reason: String?) throws -> WebSocketCloseReason {
        guard let code else {
            guard let reason, !reason.isEmpty else { return WebSocketCloseReason(code: WebSocketCloseReason.none) }
            return try self.reason(code: 1000, reason: reason)
        }
        guard WebSocketCloseReason.isAllowed(code) else {
            throw WebSocketError(
                .badArgument,
                "close(code: \(code)): a code that may be sent is 1000 to 1003, 1007 to 1014 or 3000 to 4999."
            )
        }
        let reason = reason ?? ""
        guard reason.utf8.count <= WebSocketCloseReason.maxTextLength else {
            throw WebSocketError(
                .badArgument,
                "close(reason:): \(reason.utf8.count) bytes; a reason has \(WebSocketCloseReason.maxTextLength) at most."
            )
        }
        return WebSocketCloseReason(code: code, text: reason)
    }

    private func sendClose(_ reason: WebSocketCloseReason) {
        reason.payload.withUnsafeBufferPointer { self.sendFrame(.close, $0) }
    }

    /// The peer has broken a rule or a limit.
    func fail(_ violation: WebSocketViolation) {
        Log.general.debug("A WebSocket is closed with \(violation.code): \(violation.why).")
        self.fail(WebSocketCloseReason(code: violation.code, text: "\(violation.why)"))
    }

    /// Ends the connection with a last word; the peer's is not waited for.
    func fail(_ reason: WebSocketCloseReason) {
        guard self.state == .open || self.state == .closing else { return }
        if self.state == .open { self.sendClose(reason) }
        guard self.state != .closed else { return }
        self.closeCode = WebSocketCloseReason.abnormal
        self.closeReason = reason.text
        self.finish()
    }

    /// A Close frame has come.
    func closeArrived(_ payload: gt_bytes) {
        switch WebSocketCloseReason.parse(payload) {
        case .failure(let violation): return self.fail(violation)
        case .success(let reason):
            if self.state == .open { self.sendClose(WebSocketCloseReason(code: reason.code)) }
            guard self.state != .closed else { return }
            self.closeCode = reason.code
            self.closeReason = reason.text.isEmpty ? nil : reason.text
            self.hasAgreedOnEnd = true
            self.finish()
        }
    }

    /// The peer has sent its last byte.
    func ended() {
        if self.state == .finishing { self.dispose() } else { self.lost() }
    }

    /// Nothing more will be said.
    private func finish() {
        self.state = .finishing
        self.stopPinging()
        if self.closeTimer == nil { self.startCloseTimer() }
        self.rest = nil
        self.partial = []
        self.compression = nil
        self.tellClosed()
        if self.buffers.turn !== self { self.goOnFinishing() }
    }

    /// Ends the connection when all is sent.
    ///
    /// A server whose peer agrees closes at once. Else the socket's sending half is closed, and what comes is
    /// thrown away until the peer closes too or the time is over: a socket closed with unread bytes would send a reset, which
    /// could overtake the Close frame.
    func goOnFinishing() {
        guard self.state == .finishing, self.output == nil else { return self.updateInterest() }
        if self.isServer, self.hasAgreedOnEnd {
            _ = self.transport.shutdown()
            return self.dispose()
        }
        // A client leaves the closing to the server, if that agrees.
        if !self.isShutDown, self.isServer || !self.hasAgreedOnEnd {
            self.isShutDown = true
            if case .failed = self.transport.shutdown() { return self.dispose() }
        }
        self.updateInterest()
    }

    private func startCloseTimer() {
        self.closeTimer = self.loop.callLater(Self.closeTimeout) {
            self.closeTimer = nil
            self.lost()
        }
    }

    private func stopPinging() {
        if let timer = self.pingTimer { self.loop.removeTimeout(timer) }
        self.pingTimer = nil
    }

    /// The process ends: a word to the peer, as far as the kernel takes it.
    func goAway() {
        guard self.state == .open else { return }
        self.sendClose(WebSocketCloseReason(code: 1001))
        self.state = .closing
    }
}
