// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CZlib

/// What clients compress bodies with.
enum Gzip {
    /// zlib refused.
    struct Failure: Error {
        let status: Int32
    }

    /// One whole member.
    static func member(_ bytes: [UInt8], windowBits: Int32 = 15 + 16) throws -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        let begun = deflateInit2_(&stream, 9, Z_DEFLATED, windowBits, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        guard begun == Z_OK else { throw Failure(status: begun) }
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(bytes.count))))
        var status = Z_OK
        var input = bytes
        input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                status = deflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { throw Failure(status: status) }
        return Array(output[..<Int(stream.total_out)])
    }

    /// One whole member.
    static func member(_ text: String) throws -> [UInt8] { try self.member(Array(text.utf8)) }

    /// What HTTP calls deflate.
    static func zlib(_ text: String) throws -> [UInt8] { try self.member(Array(text.utf8), windowBits: 15) }

    /// Bytes that hardly get smaller, the same each time.
    static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 57)
        }
    }
}
