// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec

extension ServerConnection {
    /// Gathered output beyond which a turn does not wait for its end.
    private static let batchLimit = 64 * 1024
    /// A piece of at least this size is sent from where it is, without a copy, if the kernel takes it.
    private static let directSize = 16 * 1024

    /// Output that the kernel has not taken.
    var backlog: Int {
        self.hasOutput ? self.output?.count ?? 0 : 0
    }

    func unsent(_ engine: HTTPServerEngine) -> Int {
        self.backlog &+ (self.isInBatch(engine) ? engine.batchOutput.count : 0)
    }

    /// More is unsent than the app should add to.
    func isOutputFull(_ engine: HTTPServerEngine) -> Bool {
        self.unsent(engine) > engine.settings.maxBufferSize
    }

    /// Where output goes now: gathered in the connection's turn, behind what waits, or straight out.
    func outputTarget(_ engine: HTTPServerEngine) -> OutputBuffer {
        if self.isInBatch(engine) { return engine.batchOutput }
        if self.hasOutput, let output = self.output { return output }
        return engine.directOutput
    }

    /// After something was appended to ``outputTarget(_:)``.
    func outputAppended(_ engine: HTTPServerEngine) {
        if self.isInBatch(engine) {
            if engine.batchOutput.count > ServerConnection.batchLimit { self.flushBatch(engine) }
        } else if engine.directOutput.count > 0 {
            self.flush(engine.directOutput, engine)
        }
    }

    /// Sends what the connection's turn has gathered.
    func flushBatch(_ engine: HTTPServerEngine) {
        if engine.batchOutput.count > 0 { self.flush(engine.batchOutput, engine) }
    }

    /// Sends a shared buffer, and keeps what the kernel does not take.
    private func flush(_ buffer: OutputBuffer, _ engine: HTTPServerEngine) {
        if self.hasOutput, let output = self.output {
            output.append(gt_bytes(data: buffer.bytes, size: buffer.count))
        } else {
            self.send(buffer.bytes, buffer.count, engine)
        }
        buffer.removeAll()
        buffer.shrink(to: 256 * 1024)
    }

    private func send(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ engine: HTTPServerEngine) {
        guard !self.isBroken, self.phase != .closed else { return }
        let sent =
            self.isEncrypted
            ? self.sendEncrypted(bytes, count) : Glibc.send(self.descriptor, bytes, count, Int32(MSG_NOSIGNAL))
        if sent == count { return }
        guard sent >= 0 || errno == EAGAIN || errno == EINTR else {
            self.dropSoon()
            return
        }
        let taken = max(0, sent)
        let output = OutputBuffer(capacity: count - taken)
        output.append(gt_bytes(data: bytes + taken, size: count - taken))
        self.output = output
        self.hasOutput = true
        self.deadline = engine.deadline(after: engine.settings.writeTimeout)
        self.updateInterest(engine)
    }

    /// Frames a piece.
    ///
    /// A large one whose bytes go out as they are is not copied, if the kernel takes it.
    func append(
        _ piece: gt_bytes,
        _ encoder: inout ResponseEncoder,
        into target: OutputBuffer,
        _ engine: HTTPServerEngine
    ) throws(ResponseEncoder.Failure) {
        guard piece.size >= ServerConnection.directSize, encoder.passesThrough else {
            try encoder.append(piece, into: target)
            return
        }
        try encoder.account(for: piece)
        guard let bytes = piece.data else { return }
        if self.hasOutput, target === self.output {
            target.append(piece)
            return
        }
        self.flush(target, engine)
        if self.hasOutput, let output = self.output {
            output.append(piece)
        } else {
            self.send(bytes, piece.size, engine)
        }
    }

    /// Called by the driver: the kernel takes output again.
    public func writeReady() {
        if self.isEncrypted, self.phase != .closed, self.inputNeedsWrite { self.continueInput(self.engine) }
        guard self.phase != .closed, self.hasOutput, let output = self.output else { return }
        let sent =
            self.isEncrypted
            ? self.sendEncrypted(output.bytes, output.count)
            : Glibc.send(self.descriptor, output.bytes, output.count, Int32(MSG_NOSIGNAL))
        guard sent >= 0 else {
            if errno != EAGAIN, errno != EINTR { self.drop() }
            if self.outputNeedsRead { self.updateInterest(self.engine) }
            return
        }
        let engine = self.engine
        output.consume(sent)
        if output.count == 0 {
            self.output = nil
            self.hasOutput = false
            self.deadline = .infinity
        } else {
            self.deadline = engine.deadline(after: engine.settings.writeTimeout)
        }
        self.outputShrank(engine)
    }

    private func outputShrank(_ engine: HTTPServerEngine) {
        if self.wantsDrained, self.backlog <= engine.settings.maxBufferSize / 2, let context = self.requestContext {
            self.wantsDrained = false
            engine.delegate.drained(context)
        }
        guard self.phase != .closed else { return }
        if !self.hasOutput {
            if self.phase == .responding, self.responseEnded { self.finishExchange(engine) }
            if self.phase == .closing {
                self.finishClosing(engine)
                return
            }
            if self.phase == .idle, self.peerClosed, !self.hasPending {
                self.endIdle()
                return
            }
            if self.phase == .idle {
                let timeout = self.hasPending ? engine.settings.headerTimeout : engine.settings.idleTimeout
                self.deadline = engine.deadline(after: timeout)
            }
        }
        self.resumeInput(engine)
    }
}
