// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import ProviderKit
import TornadoCore

/// Reading: in the shared buffer, in place; only what is incomplete is kept.
extension WebSocketConnection {
    /// Reads in one go at most: others get their turn, however fast the peer is.
    private static let roundsPerTurn = 4

    /// There is something to read, or the end.
    func readable() {
        // Before anything is read: what stays of it is less than a header and a control frame.
        if self.isReading, self.rest != nil { _ = self.parseRest() }
        guard self.isReading else { return self.updateInterest() }
        self.buffers.withInput { input in
            for round in 1...Self.roundsPerTurn {
                guard self.readOnce(input) else { break }
                // Bytes that TLS has decrypted already make no descriptor readable.
                if round == Self.roundsPerTurn, self.transport.hasPending { self.readSoon() }
            }
        }
        self.updateInterest()
    }

    private func readSoon() {
        self.loop.spawnCallback { self.readable() }
    }

    /// Reads once and works on it; false if that is all for now.
    private func readOnce(_ input: UnsafeMutableRawBufferPointer) -> Bool {
        guard let base = input.baseAddress else { return false }
        var count = 0
        if let rest = self.rest {
            count = rest.count
            base.copyMemory(from: rest.bytes, byteCount: count)
            self.rest = nil
        }
        let room = UnsafeMutableRawBufferPointer(rebasing: input[count...])
        switch self.transport.receive(into: room) {
        case .bytes(let got):
            self.hasHeard = true
            self.takeTurn(base.assumingMemoryBound(to: UInt8.self), count + got)
            return self.isReading && (got == room.count || self.transport.hasPending)
        case .again(let readiness):
            self.keep(base.assumingMemoryBound(to: UInt8.self), count)
            self.readNeedsWrite = readiness == .write
            return false
        case .end:
            self.ended()
            return false
        case .failed:
            self.lost()
            return false
        }
    }

    /// Works on input, and sends at the end what came of it.
    private func takeTurn(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) {
        let outer = self.buffers.turn
        // Only one can have a turn's output; another, inside of it, sends at once.
        if outer == nil { self.buffers.turn = self }
        let taken = self.parse(bytes, count)
        if taken < count { self.keep(bytes + taken, count - taken) }
        if outer == nil { self.endTurn() }
    }

    /// Keeps input for later.
    func keep(_ bytes: UnsafePointer<UInt8>?, _ count: Int) {
        guard count > 0 else { return }
        let rest = OutputBuffer(capacity: count)
        rest.append(gt_bytes(data: bytes, size: count))
        self.rest = rest
    }

    /// Works on what was kept while the owner was busy; the owner calls it when it is not any more.
    ///
    /// - Returns: Whether anything of it could be used.
    func parseRest() -> Bool {
        guard self.isReadingRest, let rest = self.rest else { return false }
        self.rest = nil
        // Nobody else knows of the buffer now: it stays where it is across whatever the owner does.
        let taken = self.parse(UnsafeMutablePointer(mutating: rest.bytes), rest.count)
        rest.consume(taken)
        if rest.count > 0, self.state != .closed { self.rest = rest }
        return taken > 0
    }

    private var isReadingRest: Bool { self.state == .closing || (self.state == .open && !self.isOutputFull) }

    /// The owner is free, or there is room again: goes on.
    func resume() {
        guard self.state != .closed, self.buffers.turn !== self else { return }
        if self.isReading, self.rest != nil { _ = self.parseRest() }
        if self.isReading, self.transport.hasPending { self.readSoon() }
        self.updateInterest()
    }

    /// Takes frames until they end, or the owner is busy; returns how many bytes are done with.
    private func parse(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        var taken = 0
        while taken < count {
            switch self.state {
            case .open: guard !(self.owner?.isBusy ?? false), !self.isOutputFull else { return taken }
            case .closing: break
            case .finishing, .closed: return count
            }
            switch self.reader.next(bytes + taken, count: count - taken) {
            case .piece(let piece, let size):
                taken += size
                if self.state == .open { self.take(piece) }
            case .control(let opcode, let payload, let size):
                taken += size
                self.take(opcode, payload)
            case .incomplete(let size):
                return taken + size
            case .refused(let violation):
                self.fail(violation)
                return count
            }
        }
        return taken
    }

    // MARK: Messages

    private func take(_ piece: WebSocketReader.Piece) {
        if piece.isCompressed { return self.takeCompressed(piece) }
        let bytes = piece.bytes.buffer
        if piece.isFirst, piece.isLast {
            let message: WebSocketMessage =
                piece.isText ? .text(String(decoding: bytes, as: UTF8.self)) : .binary(Array(bytes))
            self.owner?.take(.message(message))
            return
        }
        // A beginning is no promise: no more is reserved than has come twice over, but for what is small.
        if piece.isFirst { self.partial.reserveCapacity(min(bytes.count + piece.remaining, 128 * 1024)) }
        self.partial += bytes
        if piece.isLast { self.deliver(isText: piece.isText) }
    }

    private func takeCompressed(_ piece: WebSocketReader.Piece) {
        guard let compression = self.compression else { return }
        var message = self.partial
        self.partial = []
        if piece.isFirst { self.validator = UTF8Validator() }
        let before = message.count
        let violation = compression.decompress(
            piece.bytes.buffer,
            isLast: piece.isLast,
            onto: &message,
            limit: self.maxMessageSize
        )
        if let violation { return self.fail(violation) }
        if piece.isText {
            let isText = message.withUnsafeBufferPointer {
                self.validator.append(UnsafeBufferPointer(rebasing: $0[before...]))
            }
            guard isText, !piece.isLast || self.validator.isComplete else { return self.fail(.notText) }
        }
        self.partial = message
        if piece.isLast { self.deliver(isText: piece.isText) }
    }

    private func deliver(isText: Bool) {
        let message = self.partial
        self.partial = []
        self.owner?.take(.message(isText ? .text(String(decoding: message, as: UTF8.self)) : .binary(message)))
    }

    // MARK: Control frames

    private func take(_ opcode: WebSocketFrameHeader.Opcode, _ payload: gt_bytes) {
        switch opcode {
        case .close: self.closeArrived(payload)
        case .ping where self.state == .open:
            self.sendFrame(.pong, payload.buffer)
            self.owner?.take(.ping(Array(payload.buffer)))
        case .pong where self.state == .open:
            self.owner?.take(.pong(Array(payload.buffer)))
        default: return
        }
    }
}
