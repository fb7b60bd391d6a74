// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import ProviderKit
import TornadoCore

/// Sending: at once, from a buffer that all share; what the kernel does not take waits in one of the connection's own.
extension WebSocketConnection {
    var unsent: Int { self.output?.count ?? 0 }
    var isOutputFull: Bool { self.unsent > Self.highWater }

    /// Sends a message, compressed if that was agreed on and pays.
    func send(_ payload: UnsafeBufferPointer<UInt8>, isText: Bool) throws {
        guard self.state == .open else { throw WebSocketClosedError(code: self.closeCode) }
        guard self.unsent <= Self.maxUnsent else {
            throw WebSocketError(
                .bufferFull,
                "A WebSocket message can't be sent: the peer reads too slowly, \(self.unsent) bytes wait already. Send "
                    + "from where the call can wait, a greenlet or a task, or send less."
            )
        }
        let opcode: WebSocketFrameHeader.Opcode = isText ? .text : .binary
        let compressed = self.buffers.compressed
        compressed.removeAll()
        if let compression = self.compression, compression.compress(payload, into: compressed) {
            let bytes = UnsafeBufferPointer(start: compressed.bytes, count: compressed.count)
            self.sendFrame(opcode, bytes, isCompressed: true)
            compressed.removeAll()
            compressed.shrink(to: 64 * 1024)
        } else {
            self.sendFrame(opcode, payload)
        }
    }

    func sendFrame(
        _ opcode: WebSocketFrameHeader.Opcode,
        _ payload: UnsafeBufferPointer<UInt8>,
        isCompressed: Bool = false
    ) {
        let mask = self.isServer ? nil : self.buffers.mask()
        self.sendNow { $0.appendFrame(opcode, payload, isCompressed: isCompressed, mask: mask) }
    }

    /// Appends to what waits, to the turn's output, or else sends.
    func sendNow(_ append: (OutputBuffer) -> Void) {
        if let output = self.output {
            append(output)
        } else if self.buffers.turn === self {
            append(self.buffers.output)
            if self.buffers.output.count > Self.highWater { self.hand(over: self.buffers.output) }
        } else {
            append(self.buffers.scratch)
            self.hand(over: self.buffers.scratch)
            self.updateInterestForOutput()
        }
    }

    private func updateInterestForOutput() {
        if self.output != nil, self.isWatched { self.updateInterest() }
    }

    /// The turn is over: sends what came of it.
    func endTurn() {
        self.hand(over: self.buffers.output)
        self.buffers.turn = nil
        if self.state == .finishing { self.goOnFinishing() }
    }

    /// Gives a shared buffer's bytes to the kernel; what that does not take becomes the connection's own.
    private func hand(over shared: OutputBuffer) {
        defer {
            shared.removeAll()
            shared.shrink(to: 256 * 1024)
        }
        guard shared.count > 0, self.state != .closed else { return }
        guard self.write(shared), shared.count > 0 else { return }
        let own = OutputBuffer(capacity: shared.count)
        own.append(gt_bytes(data: shared.bytes, size: shared.count))
        self.output = own
    }

    /// Sends until all is gone or the kernel takes no more; false if the connection is lost.
    private func write(_ buffer: OutputBuffer) -> Bool {
        while buffer.count > 0 {
            switch self.transport.send(UnsafeRawBufferPointer(start: buffer.bytes, count: buffer.count)) {
            case .bytes(let count): buffer.consume(count)
            case .again(let readiness):
                self.writeNeedsRead = readiness == .read
                return true
            case .end, .failed:
                self.lost()
                return false
            }
        }
        return true
    }

    /// The socket takes more.
    func flushOutput() {
        guard let output = self.output else { return }
        let wasFull = self.isOutputFull
        self.writeNeedsRead = false
        let before = output.count
        guard self.write(output) else { return }
        // Whoever takes something is there, however slowly.
        if output.count < before { self.hasHeard = true }
        if output.count == 0 { self.output = nil }
        if wasFull, !self.isOutputFull { self.drained?.set() }
        if self.state == .finishing { return self.goOnFinishing() }
        if wasFull, !self.isOutputFull { self.resume() } else { self.updateInterest() }
    }

    // MARK: Waiting

    /// Suspends the greenlet until there is room; returns at once where nothing can wait.
    func waitUntilDrained() throws {
        guard self.isOutputFull, let suspend = Registry.suspend, suspend.pointee.current() != nil,
            withUnsafeCurrentTask(body: { $0 == nil })
        else { return }
        while self.isOutputFull { try self.roomEvent().wait() }
        try self.checkOpen()
    }

    /// Suspends the task until there is room.
    nonisolated(nonsending) func waitUntilDrained() async throws {
        guard self.isOutputFull else { return }
        while self.isOutputFull { try await self.roomEvent().wait() }
        try self.checkOpen()
    }

    private func checkOpen() throws {
        if self.state == .closed { throw WebSocketClosedError(code: self.closeCode) }
    }

    private func roomEvent() -> Event {
        let event = self.drained ?? Event()
        event.clear()
        self.drained = event
        return event
    }
}
