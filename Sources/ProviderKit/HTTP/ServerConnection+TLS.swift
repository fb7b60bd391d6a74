// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CTLS
import Glibc
import HTTPCodec

/// TLS below HTTP: the same input and output, through a session.
extension ServerConnection {
    /// Reads of one turn, so that a client that never stops does not hold the others up.
    private static let readsAtOnce = 4

    private var transport: Transport { Transport(descriptor: self.descriptor, tls: self.tls) }

    /// There is input, or what TLS waited for.
    func readEncrypted(_ engine: HTTPServerEngine) {
        if self.phase == .lingering { return self.dropInput() }
        if self.outputNeedsRead {
            self.outputNeedsRead = false
            self.writeReady()
            guard self.phase != .closed else { return }
        }
        guard self.isInHandshake else { return self.readDecrypted(engine) }
        self.gather()
        if self.shakeHands(engine) { self.readDecrypted(engine) }
        self.sendGathered(engine)
    }

    private func readDecrypted(_ engine: HTTPServerEngine) {
        for _ in 0..<ServerConnection.readsAtOnce {
            guard self.readOnce(engine) else { return }
        }
        self.readPendingSoon()
    }

    /// Whether there may be more to read at once: bytes that were decrypted, or the end behind them.
    private func readOnce(_ engine: HTTPServerEngine) -> Bool {
        guard self.phase != .closed, self.phase != .lingering, self.isReading, !self.peerClosed else { return false }
        let kept = self.hasPending ? self.pending?.count ?? 0 : 0
        guard kept < engine.inputCapacity else {
            self.resumeInput(engine)
            return self.hasDecrypted
        }
        let room = UnsafeMutableRawBufferPointer(start: engine.input + kept, count: engine.inputCapacity - kept)
        switch self.transport.receive(into: room) {
        case .bytes(let count):
            self.received(kept, count, engine)
            return self.hasDecrypted
        case .again(let readiness):
            self.inputNeedsWrite = readiness == .write
            self.updateInterest(engine)
        case .end:
            self.endOfInput(engine)
        case .failed:
            self.isBroken = true
            self.drop()
        }
        return false
    }

    private var hasDecrypted: Bool { self.phase != .closed && self.tls != nil && self.transport.hasPending }

    /// The socket does not tell of decrypted bytes.
    private func readPendingSoon() {
        guard self.isReading, self.hasDecrypted else { return }
        self.engine.callSoon { [weak self] in
            guard let self, self.phase != .closed, !self.isDetached else { return }
            self.readReady()
        }
    }

    /// Goes on with what waited for the socket to be writable.
    func continueInput(_ engine: HTTPServerEngine) {
        self.inputNeedsWrite = false
        self.sendGathered(engine)
        guard !self.inputNeedsWrite, !self.isBroken else { return }
        if self.phase == .closing {
            if !self.hasOutput { self.finishClosing(engine) }
        } else {
            self.updateInterest(engine)
            self.readEncrypted(engine)
        }
    }

    /// Like Glibc's send(), with errno.
    func sendEncrypted(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        switch self.transport.send(UnsafeRawBufferPointer(start: bytes, count: count)) {
        case .bytes(let taken):
            return taken
        case .again(let readiness):
            self.outputNeedsRead = readiness == .read
            errno = EAGAIN
        case .end:
            errno = EPIPE
        case .failed(let code):
            errno = code
        }
        return -1
    }

    /// Keeps what is sent until ``sendGathered(_:)``, so that it leaves by one call: the end of a handshake with a first
    /// answer, a last answer with the end.
    func gather() {
        if let tls = self.tls { gt_tls_gather(tls) }
    }

    func sendGathered(_ engine: HTTPServerEngine) {
        guard self.phase != .closed, let tls = self.tls else { return }
        switch gt_tls_flush(tls) {
        case 0: return
        case Int32(GT_TLS_WANT_WRITE):
            self.inputNeedsWrite = true
            self.updateInterest(engine)
        default:
            self.isBroken = true
            self.dropSoon()
        }
    }

    func updateEncryptedInterest(_ wantsInput: Bool, _ engine: HTTPServerEngine) {
        // Without the first a client that sends but does not read would be looked at without end.
        let read = (wantsInput && !self.inputNeedsWrite) || self.outputNeedsRead
        let write = (self.hasOutput && !self.outputNeedsRead) || self.inputNeedsWrite
        guard self.phase != .closed, read != self.isReading || write != self.isWriting else { return }
        let begins = read && !self.isReading
        self.isReading = read
        self.isWriting = write
        engine.driver.change(self, read: read, write: write)
        if begins { self.readPendingSoon() }
    }

    // MARK: The end

    /// Tells the client that this was all.
    @discardableResult
    func sayEnd() -> Transport.Outcome {
        guard let tls = self.tls, !self.isInHandshake else { return .bytes(0) }
        return gt_tls_shutdown(tls) == Int32(GT_TLS_WANT_WRITE) ? .again(.write) : .bytes(0)
    }

    func freeSession() {
        guard let tls = self.tls else { return }
        self.tls = nil
        gt_tls_free(tls)
    }

    /// Reads what nobody will decrypt, so that the client can read the last word.
    private func dropInput() {
        let engine = self.engine
        let count = recv(self.descriptor, engine.input, engine.inputCapacity, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        self.lingered += max(count, 0)
        if count <= 0 || self.lingered > ServerConnection.lingerBytes { self.drop() }
    }
}
