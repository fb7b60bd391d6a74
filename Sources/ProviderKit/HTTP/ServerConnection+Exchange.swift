// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CTLS
import Glibc
import HTTPCodec

/// What the app does with its request: the table's functions, each for one connection.
extension ServerConnection {
    private static let interimContinue: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    var isServing: Bool {
        (self.phase == .responding || self.phase == .body) && !self.isDetached
    }

    func respond(_ response: gt_response, _ body: gt_bytes, _ flags: UInt32) -> Int32 {
        guard !self.isBroken, self.isServing else { return -EPIPE }
        guard !self.responseBegun else { return -EALREADY }
        guard (200...599).contains(response.status) || response.status == 101, ResponseCheck.isReadable(body) else {
            return -EINVAL
        }
        if self.isInTurn {
            return self.withEngine { self.respond(response, body, flags, into: $0.batchOutput, $0) }
        }
        // The end of the answer may be that of the connection here, and that the end of its server.
        let engine = self.engine
        return self.respond(response, body, flags, into: self.outputTarget(engine), engine)
    }

    private func respond(
        _ response: gt_response,
        _ body: gt_bytes,
        _ flags: UInt32,
        into target: OutputBuffer,
        _ engine: HTTPServerEngine
    ) -> Int32 {
        let code = self.begin(response, body, into: target, engine)
        return code < 0 ? code : self.appended(flags, engine)
    }

    private func begin(
        _ response: gt_response,
        _ body: gt_bytes,
        into target: OutputBuffer,
        _ engine: HTTPServerEngine
    ) -> Int32 {
        let context = ResponseEncoder.Context(
            isHead: self.isHead,
            minorVersion: self.minorVersion,
            keepAlive: self.mayKeepAlive(engine)
        )
        let mark = target.count
        // A copy, put back below: no access to the property stays open meanwhile.
        var encoder = ResponseEncoder()
        do throws(ResponseEncoder.Failure) {
            try encoder.begin(response, context, repeated: engine.repeated, dateLine: engine.dateLine, into: target)
            try self.append(body, &encoder, into: target, engine)
        } catch {
            if error == .badHead { return -EINVAL }
            target.truncate(to: mark)
            return -EMSGSIZE
        }
        self.encoder = encoder
        self.responseBegun = true
        return 0
    }

    /// A connection whose request is not wholly read is kept only if the rest is small and on its way.
    private func mayKeepAlive(_ engine: HTTPServerEngine) -> Bool {
        guard self.keepAlive, !engine.isStopping else { return false }
        // A client that sends no more is answered until its input is used up.
        if self.peerClosed, !self.hasMoreInput(engine) { return false }
        if self.phase == .responding { return true }
        let rest = self.decoder.bytesToCome
        return !self.expectsContinue && rest >= 0 && rest <= ServerConnection.maxDrain
    }

    private func hasMoreInput(_ engine: HTTPServerEngine) -> Bool {
        self.isInBatch(engine) ? engine.batchTaken < engine.batchCount : self.hasPending
    }

    func write(_ piece: gt_bytes, _ flags: UInt32) -> Int32 {
        guard !self.isBroken, self.isServing else { return -EPIPE }
        guard self.responseBegun, !self.responseEnded else { return -EALREADY }
        guard ResponseCheck.isReadable(piece) else { return -EINVAL }
        let engine = self.engine
        var encoder = self.encoder
        do throws(ResponseEncoder.Failure) {
            try self.append(piece, &encoder, into: self.outputTarget(engine), engine)
        } catch {
            return -EMSGSIZE
        }
        self.encoder = encoder
        return self.appended(flags, engine)
    }

    private func appended(_ flags: UInt32, _ engine: HTTPServerEngine) -> Int32 {
        if flags & UInt32(GT_END) != 0 {
            self.responseEnded = true
            let encoder = self.encoder
            // Only chunks have an end that is to be said.
            let isWhole = encoder.passesThrough ? encoder.isComplete : encoder.end(into: self.outputTarget(engine))
            if !isWhole {
                self.dropSoon()
                return -EMSGSIZE
            }
        }
        self.outputAppended(engine)
        if self.isBroken { return -EPIPE }
        let isFull = self.isOutputFull(engine)
        if self.responseEnded {
            self.wantsDrained = false
            if !self.isInBatch(engine) { self.responseCompleted(engine) }
        } else {
            self.wantsDrained = isFull
        }
        return isFull ? Int32(GT_WRITE_FULL) : 0
    }

    /// Outside the connection's turn the exchange ends here; further requests that wait get their turn from the loop.
    private func responseCompleted(_ engine: HTTPServerEngine) {
        if self.phase == .body, !self.encoder.keepsAlive { self.phase = .responding }
        if self.phase == .responding { self.finishExchange(engine) }
        switch self.phase {
        case .closing where !self.hasOutput:
            self.finishClosing(engine)
        case .idle where self.peerClosed && !self.hasPending:
            self.endIdle()
        case .idle, .body:
            if self.phase == .idle, !self.hasOutput {
                self.deadline = engine.deadline(after: engine.settings.idleTimeout)
            }
            self.updateInterest(engine)
            if self.hasPending { self.resumeSoon() }
        default:
            self.updateInterest(engine)
        }
    }

    private func resumeSoon() {
        self.engine.callSoon { [weak self] in
            guard let self, self.phase != .closed, !self.isDetached else { return }
            self.resumeInput(self.engine)
        }
    }

    func interim(_ response: gt_response) -> Int32 {
        guard !self.isBroken, self.isServing else { return -EPIPE }
        guard !self.responseBegun else { return -EALREADY }
        let engine = self.engine
        // HTTP/1.0 knows no interim answers.
        guard self.minorVersion > 0 else { return 0 }
        do {
            try ResponseEncoder.appendInterim(response, into: self.outputTarget(engine))
        } catch {
            return -EINVAL
        }
        self.outputAppended(engine)
        return 0
    }

    func wantBody(_ wanted: Bool) -> Int32 {
        guard !self.isBroken, self.isServing else { return -EPIPE }
        guard self.phase == .body else { return 0 }
        let engine = self.engine
        self.wantsBody = wanted
        if wanted, self.expectsContinue, !self.responseBegun {
            let text = ServerConnection.interimContinue
            self.outputTarget(engine).append(gt_bytes(data: text.utf8Start, size: text.utf8CodeUnitCount))
            self.outputAppended(engine)
        }
        if wanted { self.expectsContinue = false }
        guard !self.isInBatch(engine), !self.isBroken else { return 0 }
        self.updateInterest(engine)
        // Also without input: the end of a body whose last piece was handed over is still to be told.
        if wanted, self.hasPending || self.decoder.bytesToCome == 0 { self.resumeSoon() }
        return 0
    }

    /// With TLS there must be a place for the session.
    func detach(
        _ descriptor: UnsafeMutablePointer<Int32>,
        _ ssl: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        _ unread: UnsafeMutablePointer<gt_bytes>?
    ) -> Int32 {
        guard !self.isBroken, self.isServing else { return -EPIPE }
        guard ssl != nil || !self.isEncrypted else { return -ENOTSUP }
        guard self.decoder.isEmpty else { return -EBUSY }
        let engine = self.engine
        let inBatch = self.isInBatch(engine)
        if inBatch { self.flushBatch(engine) }
        self.sendGathered(engine)
        if self.isBroken { return -EPIPE }
        if self.hasOutput || self.inputNeedsWrite { return -EAGAIN }
        let rest = OutputBuffer(capacity: 64)
        if inBatch {
            let taken = engine.batchTaken
            rest.append(gt_bytes(data: engine.input + taken, size: engine.batchCount - taken))
        } else if let pending = self.pending {
            rest.append(gt_bytes(data: pending.bytes, size: pending.count))
        }
        engine.detachedInput = rest
        unread?.pointee = gt_bytes(data: rest.bytes, size: rest.count)
        descriptor.pointee = self.descriptor
        ssl?.pointee = self.tls.map { gt_tls_give_up($0) } ?? nil
        self.tls = nil
        engine.driver.unwatch(self)
        engine.remove(self)
        self.isDetached = true
        self.phase = .closed
        self.forgetInput()
        if !inBatch { self.tellFinished(lost: false) }
        return 0
    }

    func abort() {
        guard self.phase != .closed else { return }
        self.dropSoon()
    }
}
