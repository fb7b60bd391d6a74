// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit
import Glibc
import ProviderKit

/// One end of a pipe, or another descriptor that is read and written like a file, with Tornado's reads and writes.
///
/// ```swift
/// let output = PipeIOStream(readEnd)
/// let line = try output.readUntil("\n")
/// ```
///
/// It owns the descriptor, which it makes non-blocking: also for other processes that have the same one, such as a terminal.
/// Files on disk can't be waited for, and fail the first read. See ``BaseIOStream`` for what it does.
public final class PipeIOStream: BaseIOStream, @unchecked Sendable {
    private var descriptor: Int32
    private let isReadable: Bool

    /// A stream on a descriptor.
    ///
    /// - Parameters:
    ///   - descriptor: A pipe's end, or the like, which the stream owns from now on.
    ///   - maxBufferSize: The most bytes that are held for a reader; nil is 100 MiB.
    ///   - readChunkSize: The most bytes that are read at once; nil is 64 KiB.
    ///   - maxWriteBufferSize: The most bytes that may wait to be written; nil is any number.
    public init(
        _ descriptor: Int32,
        maxBufferSize: Int? = nil,
        readChunkSize: Int? = nil,
        maxWriteBufferSize: Int? = nil
    ) {
        self.descriptor = descriptor
        let flags = fcntl(descriptor, F_GETFL)
        self.isReadable = flags < 0 || flags & O_ACCMODE != O_WRONLY
        super.init(
            maxBufferSize: maxBufferSize,
            readChunkSize: readChunkSize,
            maxWriteBufferSize: maxWriteBufferSize
        )
        setNonBlocking(descriptor)
    }

    deinit {
        self.abandon()
    }

    /// The descriptor; -1 once the stream is closed.
    public override var fileno: Int32 { self.descriptor }

    override var canRead: Bool { self.isReadable }

    override func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transport.Outcome {
        let count = read(self.descriptor, buffer.baseAddress, buffer.count)
        return count == 0 ? .end : Self.outcome(count, .read)
    }

    override func send(_ bytes: UnsafeRawBufferPointer) -> Transport.Outcome {
        Self.outcome(gt_write_quietly(self.descriptor, bytes.baseAddress, bytes.count), .write)
    }

    override func endSending() {
        self.close()
    }

    override func closeDescriptor(politely: Bool) {
        Glibc.close(self.descriptor)
        self.descriptor = -1
    }

    override func releaseDescriptor() {
        self.descriptor = -1
    }

    private static func outcome(_ count: Int, _ readiness: Transport.Readiness) -> Transport.Outcome {
        if count >= 0 { return .bytes(count) }
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? .again(readiness) : .failed(errno)
    }
}
