// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CZlib
import HTTPCodec

/// Compresses whole messages (RFC 7692, section 7.2.1).
///
/// It owns zlib's stream, whose state points back at it and so must not move; both are freed with it.
final class MessageDeflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private let keepsContext: Bool

    /// Null if there is no memory for it.
    ///
    /// zlib writes no raw stream with a window of 2^8. One of 2^9 is as good: its compressor never refers further back than
    /// 2^9 - 262 = 250 bytes.
    init?(windowBits: Int, level: Int, memoryLevel: Int, keepsContext: Bool) {
        self.stream = .allocate(capacity: 1)
        self.stream.initialize(to: z_stream())
        self.keepsContext = keepsContext
        let status = deflateInit2_(
            self.stream,
            Int32(min(max(level, 1), 9)),
            Z_DEFLATED,
            -Int32(max(windowBits, 9)),
            Int32(min(max(memoryLevel, 1), 9)),
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else { return nil }
    }

    deinit {
        deflateEnd(self.stream)
        self.stream.deallocate()
    }

    /// Appends the compressed form of a message that is not empty; false if zlib fails.
    func append(_ message: UnsafeBufferPointer<UInt8>, to out: OutputBuffer) -> Bool {
        let before = out.count
        self.stream.pointee.next_in = UnsafeMutablePointer(mutating: message.baseAddress)
        self.stream.pointee.avail_in = UInt32(message.count)
        let isDone = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 * 1024) { room in
            repeat {
                self.stream.pointee.next_out = room.baseAddress
                self.stream.pointee.avail_out = UInt32(room.count)
                let status = deflate(self.stream, Z_SYNC_FLUSH)
                guard status == Z_OK || status == Z_BUF_ERROR else { return false }
                out.append(gt_bytes(data: room.baseAddress, size: room.count - Int(self.stream.pointee.avail_out)))
            } while self.stream.pointee.avail_out == 0
            return true
        }
        self.stream.pointee.next_in = nil
        // An empty stored block ends every flush, and is not sent.
        guard isDone, out.count >= before + 4 else { return false }
        out.truncate(to: out.count - 4)
        if !self.keepsContext { deflateReset(self.stream) }
        return true
    }
}
