// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// One connection's compression: what was agreed on, and the contexts, made when they are first needed.
final class MessageCompression {
    private let options: WebSocketCompression
    private let ownBits: Int
    private let keepsOwn: Bool
    private let peerBits: Int
    private let keepsPeer: Bool
    private let buffers: WebSocketBuffers
    private var deflater: MessageDeflater?
    private var inflater: MessageInflater?

    init(_ agreed: PerMessageDeflate, _ options: WebSocketCompression, isServer: Bool, _ buffers: WebSocketBuffers) {
        self.options = options
        self.ownBits = isServer ? agreed.serverMaxWindowBits : agreed.clientMaxWindowBits
        self.keepsOwn = isServer ? !agreed.serverNoContextTakeover : !agreed.clientNoContextTakeover
        self.peerBits = isServer ? agreed.clientMaxWindowBits : agreed.serverMaxWindowBits
        self.keepsPeer = isServer ? !agreed.clientNoContextTakeover : !agreed.serverNoContextTakeover
        self.buffers = buffers
    }

    /// Puts the compressed form into `out`, which is empty; false if the message is to be sent as it is.
    func compress(_ message: UnsafeBufferPointer<UInt8>, into out: OutputBuffer) -> Bool {
        guard message.count >= max(self.options.threshold, 1), message.count <= Int(Int32.max) else { return false }
        guard let deflater = self.deflater ?? self.makeDeflater() else { return false }
        if self.keepsOwn { self.deflater = deflater }
        guard deflater.append(message, to: out) else {
            // What the peer has of the context is unknown now: no more of it.
            self.deflater = nil
            out.removeAll()
            return false
        }
        return true
    }

    private func makeDeflater() -> MessageDeflater? {
        if self.keepsOwn {
            return MessageDeflater(
                windowBits: self.ownBits,
                level: self.options.level,
                memoryLevel: self.options.memoryLevel,
                keepsContext: true
            )
        }
        return self.buffers.deflater(windowBits: self.ownBits, self.options)
    }

    /// Decompresses a piece of a message onto what there is of it.
    func decompress(
        _ piece: UnsafeBufferPointer<UInt8>,
        isLast: Bool,
        onto message: inout [UInt8],
        limit: Int
    ) -> WebSocketViolation? {
        guard
            let inflater = self.inflater
                ?? self.buffers.takeInflater(windowBits: self.peerBits, shared: !self.keepsPeer)
        else { return .notCompressed }
        self.inflater = inflater
        if let violation = inflater.append(piece, to: &message, limit: limit) { return violation }
        guard isLast else { return nil }
        let violation = inflater.finish(to: &message, limit: limit)
        if !self.keepsPeer, violation == nil {
            self.inflater = nil
            self.buffers.giveBack(inflater, windowBits: self.peerBits)
        }
        return violation
    }
}
