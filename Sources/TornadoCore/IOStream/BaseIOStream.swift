// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import ProviderKit

/// Reads and writes of Tornado's kinds on a descriptor that never blocks: what ``IOStream`` and ``PipeIOStream`` share.
///
/// Every call that may have to wait has three forms, which may be mixed on one stream: with a callback, which the loop calls
/// later and never inside the call; with `await`, in a task on the loop's thread; and plain, which suspends the greenlet
/// (outside of greenlets it runs the loop until it is done, or throws if that runs already).
///
/// ```swift
/// stream.readUntil("\n") { line in print(try line.get()) }
/// let line = try await stream.readUntil("\n")
/// let line = try stream.readUntil("\n")
/// ```
///
/// A stream has one read at a time and any number of writes. A task that is cancelled and a greenlet that is killed or whose
/// time is over takes its read back: what has come stays for the next one. A write that is taken back goes on; only nobody
/// waits for it.
///
/// What came before the peer closed can still be read. Without references to it a stream closes, unless a callback waits for
/// it or there is something left to write.
///
/// - Note: The unchecked conformance is sound because every call checks that it is on the loop's thread.
public class BaseIOStream: @unchecked Sendable {
    enum Phase {
        /// On the way to the peer.
        case connecting
        /// TLS is being agreed on.
        case handshaking
        case open
        case closed
    }

    /// What ``BaseIOStream`` takes if nothing else is said, in bytes.
    public enum Default {
        /// 100 MiB.
        public static let maxBufferSize = 100 << 20
        /// 64 KiB.
        public static let readChunkSize = 64 << 10
    }

    /// The loop that it belongs to.
    public final let loop: IOLoop
    /// The most bytes that are held for a reader; more close the stream.
    public final let maxBufferSize: Int
    /// The most bytes that are read at once.
    public final let readChunkSize: Int
    /// The most bytes that may wait to be written; nil is any number.
    public final let maxWriteBufferSize: Int?
    /// A write counts as done when no more than so many bytes of it, and of those before it, wait for the peer.
    public final var writeHighWaterMark = 0
    /// Whether the stream closes when the peer has sent its last byte, and what came before was read and written.
    ///
    /// False leaves writing open until ``close(_:)``, for peers that close their half.
    public final var closesAtEnd = true
    /// Why the stream was closed, if not in good order.
    public internal(set) final var error: (any Error)?

    final var phase = Phase.open
    /// What the loop is asked for; nil without a handler.
    final var armed: IOLoop.Events?

    // Reading.
    final var inbox = StreamBuffer()
    final var request = ReadRequest()
    final var completion = ReadCompletion.none
    /// Of the last read that had one: most streams have one all their life.
    final var delimiter: [UInt8] = []
    /// Whether readers are being served: what they begin then is looked at when they return.
    final var isPumping = false
    final var isPumpScheduled = false
    /// A read was ended by bytes that TLS held, without a turn of the loop.
    final var hasFilledAtOnce = false
    /// The peer has sent its last byte.
    final var isAtEnd = false
    /// A reader was told so.
    final var endWasTold = false
    /// TLS can't go on reading before it has written.
    final var readNeedsWrite = false
    /// Only the peer itself can say that it has ended: under TLS, where it has a word for that.
    final var isSecured = false

    // Writing.
    final var outbox = StreamBuffer()
    final var writes: [WriteWait] = []
    /// How many bytes have left.
    final var written = 0
    final var isWritingEnded = false
    /// TLS has yet to say that writing has ended: the kernel takes nothing.
    final var isEndUnsaid = false
    final var writeNeedsRead = false
    /// Bytes were kept back that the kernel may take.
    final var isCorked = false

    // The rest.
    final var opening: StreamCompletion?
    final var closeCallback: (() throws -> Void)?
    /// Itself, as long as there is something to do that nobody else may remember.
    final var held: BaseIOStream?

    init(maxBufferSize: Int?, readChunkSize: Int?, maxWriteBufferSize: Int?) {
        self.loop = IOLoop.current
        self.maxBufferSize = max(2, maxBufferSize ?? Default.maxBufferSize)
        // Two chunks may be held where nobody reads.
        self.readChunkSize = min(max(1, readChunkSize ?? Default.readChunkSize), self.maxBufferSize / 2)
        self.maxWriteBufferSize = maxWriteBufferSize
    }

    // MARK: What it is doing

    /// Whether it is closed; what came before may still be there to be read.
    public final var closed: Bool { self.phase == .closed }

    /// Whether somebody waits to read.
    public final var reading: Bool { self.request.isPending }

    /// Whether there is something that the peer has not taken yet.
    public final var writing: Bool { !self.outbox.isEmpty }

    /// How many bytes have come that nobody has read.
    public final var readBufferSize: Int { self.inbox.count }

    /// How many bytes wait for the peer to take them.
    public final var writeBufferSize: Int { self.outbox.count }

    final var isOpening: Bool { self.phase == .connecting || self.phase == .handshaking }

    // MARK: What kinds of streams do in their own ways

    /// The descriptor, for logs and the loop; -1 once it is closed.
    public var fileno: Int32 { -1 }

    var canRead: Bool { true }

    /// Whether a call reads or writes one record of TLS at most, and not what there is.
    var takesRecords: Bool { false }

    /// What connecting or the handshake waits for.
    var openingEvents: IOLoop.Events { .write }

    /// Whether bytes can be had that the loop would not tell of.
    var hasPending: Bool { false }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transport.Outcome { .end }

    func send(_ bytes: UnsafeRawBufferPointer) -> Transport.Outcome { .end }

    func endSending() {}

    /// Goes on with connecting or the handshake.
    func goOnOpening() {}

    func closeDescriptor(politely: Bool) {}

    /// Forgets the descriptor, which somebody else closes.
    func releaseDescriptor() {}

    /// Whether everything has come, where the peer's end is what a reader waits for.
    ///
    /// A reset is how some systems end in good order.
    final var hasAll: Bool {
        guard let error = self.error else { return true }
        return !self.isSecured && (error as? OSError)?.isReset == true
    }

    /// What a failed call means.
    func failure(_ errno: Int32, _ what: String) -> any Error {
        OSError(errno, "\(what) descriptor \(self.fileno)")
    }
}
