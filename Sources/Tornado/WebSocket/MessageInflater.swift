// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CZlib
import HTTPCodec

/// Decompresses messages, a piece at a time (RFC 7692, section 7.2.2).
///
/// It owns zlib's stream, whose state points back at it and so must not move; both are freed with it.
final class MessageInflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private let keepsContext: Bool

    /// Null if there is no memory for it.
    init?(windowBits: Int, keepsContext: Bool) {
        self.stream = .allocate(capacity: 1)
        self.stream.initialize(to: z_stream())
        self.keepsContext = keepsContext
        // A window of 2^8 is read with 2^9, as it is written.
        let status = inflateInit2_(
            self.stream,
            -Int32(max(windowBits, 9)),
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else { return nil }
    }

    deinit {
        inflateEnd(self.stream)
        self.stream.deallocate()
    }

    /// Appends what a piece becomes; no more than `limit` bytes in `out`, whatever the piece claims to be.
    func append(
        _ piece: UnsafeBufferPointer<UInt8>,
        to out: inout [UInt8],
        limit: Int
    ) -> WebSocketViolation? {
        self.stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.baseAddress)
        self.stream.pointee.avail_in = UInt32(piece.count)
        defer { self.stream.pointee.next_in = nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 * 1024) { room in
            repeat {
                self.stream.pointee.next_out = room.baseAddress
                self.stream.pointee.avail_out = UInt32(room.count)
                let status = inflate(self.stream, Z_SYNC_FLUSH)
                guard status == Z_OK || status == Z_BUF_ERROR || status == Z_STREAM_END else { return .notCompressed }
                let count = room.count - Int(self.stream.pointee.avail_out)
                guard out.count + count <= limit else { return .tooBig }
                out += room[..<count]
                // A final block may be followed by others, which may refer to what came before.
                if status == Z_STREAM_END { inflateResetKeep(self.stream) }
                if status == Z_BUF_ERROR { break }
            } while self.stream.pointee.avail_out == 0 || self.stream.pointee.avail_in > 0
            return nil
        }
    }

    /// Appends what the message's end brings: the block that its sender has left out.
    func finish(to out: inout [UInt8], limit: Int) -> WebSocketViolation? {
        let tail: [UInt8] = [0, 0, 0xFF, 0xFF]
        let violation = tail.withUnsafeBufferPointer { self.append($0, to: &out, limit: limit) }
        if !self.keepsContext { inflateReset(self.stream) }
        return violation
    }
}
