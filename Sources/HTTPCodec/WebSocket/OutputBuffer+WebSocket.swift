// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension OutputBuffer {
    /// Appends a whole frame.
    ///
    /// - Parameters:
    ///   - opcode: What the frame is.
    ///   - payload: Copied, and masked in the copy.
    ///   - isFinal: The last frame of its message.
    ///   - isCompressed: Sets RSV1.
    ///   - mask: What to mask with, as clients must; null for servers.
    public func appendFrame(
        _ opcode: WebSocketFrameHeader.Opcode,
        _ payload: UnsafeBufferPointer<UInt8>,
        isFinal: Bool = true,
        isCompressed: Bool = false,
        mask: UInt32? = nil
    ) {
        self.append((isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue)
        let masked: UInt8 = mask == nil ? 0 : 0x80
        let length = payload.count
        if length <= WebSocketFrameHeader.maxControlLength {
            self.append(masked | UInt8(truncatingIfNeeded: length))
        } else if length <= 0xFFFF {
            self.append(masked | 126)
            self.append(bigEndian: length, bytes: 2)
        } else {
            self.append(masked | 127)
            self.append(bigEndian: length, bytes: 8)
        }
        if let mask {
            for index in 0..<4 { self.append(UInt8(truncatingIfNeeded: mask >> (8 * UInt32(index)))) }
        }
        guard let bytes = payload.baseAddress, length > 0 else { return }
        self.append(bytes, length)
        guard let mask else { return }
        self.withLast(length) { WebSocketMask.apply(mask, offset: 0, to: $0, count: length) }
    }

    private func append(bigEndian value: Int, bytes: Int) {
        for index in 1...bytes { self.append(UInt8(truncatingIfNeeded: value >> (8 * (bytes - index)))) }
    }
}
