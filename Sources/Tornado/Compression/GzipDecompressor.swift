// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CZlib

/// Turns gzip (RFC 1952) back into what it was made of, a piece at a time: one member or several, each checked by its own
/// sum and length.
///
/// It owns zlib's stream, whose state points back at it and so must not move, and one buffer for pieces; both are freed
/// with it. A view of a piece is valid until the next call; input is looked at inside of calls only.
final class GzipDecompressor {
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableBufferPointer<UInt8>
    /// No member has begun, or the last one has ended.
    private var isBetweenMembers = true
    /// The last piece filled the buffer: there may be another without any more input.
    private(set) var mayHaveMore = false

    /// 15 bits of window, the most there can be; 16 more ask for gzip and nothing else.
    static let gzip: Int32 = 15 + 16
    /// What HTTP means by "deflate": the format of RFC 1950.
    static let zlib: Int32 = 15
    /// What some servers mean by "deflate": RFC 1951 with nothing round it.
    static let raw: Int32 = -15

    /// A decompressor that makes pieces of at most `pieceSize` bytes, which must be 1 or more.
    ///
    /// - Parameters:
    ///   - pieceSize: The most at a time.
    ///   - format: ``gzip``, or one of its relatives.
    /// - Throws: `HTTPError` if zlib has no memory.
    init(pieceSize: Int, format: Int32 = GzipDecompressor.gzip) throws {
        self.stream = .allocate(capacity: 1)
        self.stream.initialize(to: z_stream())
        let status = inflateInit2_(self.stream, format, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            self.stream.deallocate()
            throw HTTPError(500, "zlib can't begin to decompress a body: \(String(cString: zError(status))).")
        }
        self.output = .allocate(capacity: pieceSize)
    }

    deinit {
        inflateEnd(self.stream)
        self.stream.deallocate()
        self.output.deallocate()
    }

    /// Makes one piece, or none where that takes more input.
    ///
    /// Returns how much of the input was taken. All of it was if there is no piece.
    ///
    /// - Throws: `HTTPInputError` if the input is no gzip.
    func next(_ input: UnsafeBufferPointer<UInt8>) throws -> (taken: Int, piece: UnsafeBufferPointer<UInt8>) {
        let size = min(input.count, Int(UInt32.max))
        // zlib does not write to its input; its header spares the const for old compilers.
        self.stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        self.stream.pointee.avail_in = UInt32(size)
        self.stream.pointee.next_out = self.output.baseAddress
        self.stream.pointee.avail_out = UInt32(clamping: self.output.count)
        defer {
            self.stream.pointee.next_in = nil
            self.stream.pointee.next_out = nil
        }
        while self.stream.pointee.avail_out > 0, try self.step() {}
        self.mayHaveMore = self.stream.pointee.avail_out == 0 && !self.isBetweenMembers
        let made = self.output.count - Int(self.stream.pointee.avail_out)
        return (size - Int(self.stream.pointee.avail_in), UnsafeBufferPointer(rebasing: self.output[..<made]))
    }

    /// Goes on to the end of the input, of the member or of the room for output; false if there is nothing to be done.
    private func step() throws -> Bool {
        if self.isBetweenMembers {
            // Whatever stands behind a member must be another one.
            guard self.stream.pointee.avail_in > 0 else { return false }
            inflateReset(self.stream)
            self.isBetweenMembers = false
        }
        let status = inflate(self.stream, Z_NO_FLUSH)
        switch status {
        case Z_OK:
            return self.stream.pointee.avail_in > 0
        case Z_STREAM_END:
            self.isBetweenMembers = true
            return true
        case Z_BUF_ERROR where self.stream.pointee.avail_in == 0:
            // The last piece was full, and turns out to have been all.
            return false
        case Z_MEM_ERROR:
            throw HTTPError(500, "zlib has no memory to decompress a body.")
        default:
            let why = self.stream.pointee.msg.map { String(cString: $0) } ?? String(cString: zError(status))
            throw HTTPInputError("The body is not what its Content-Encoding names: \(why).")
        }
    }

    /// Checks that the input may end here: in front of the first member, or behind one.
    func finish() throws {
        guard self.isBetweenMembers else {
            throw HTTPInputError("The body ends in the middle of what its Content-Encoding names.")
        }
    }
}
