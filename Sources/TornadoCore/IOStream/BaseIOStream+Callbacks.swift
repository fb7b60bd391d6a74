// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Reads and writes that end in a callback.
///
/// The loop calls it once, later, and never inside the call that it was given to. An error that it throws closes the stream,
/// and is logged if it is not a ``StreamClosedError``.
extension BaseIOStream {
    /// What a read or write ends with.
    public typealias Callback<Value> = (Result<Value, any Error>) throws -> Void

    /// Reads up to `delimiter`, and with it.
    ///
    /// - Parameters:
    ///   - delimiter: A byte or more.
    ///   - maxBytes: More bytes than these without the delimiter close the stream; nil is ``maxBufferSize``.
    ///   - callback: Given the bytes; or ``StreamClosedError``, whose `realError` is an ``UnsatisfiableReadError`` if there
    ///     were too many; or ``StreamUsageError`` if somebody reads already.
    public final func readUntil(
        _ delimiter: some StreamData,
        maxBytes: Int? = nil,
        _ callback: @escaping Callback<[UInt8]>
    ) {
        self.read(.bytes(callback)) { try self.begin(.until(maxBytes), delimiter: delimiter) }
    }

    /// Reads up to `delimiter`, and with it, without a copy: `callback` sees the bytes where they are.
    ///
    /// ```swift
    /// func echo(_ stream: IOStream) {
    ///     stream.borrowUntil("\n") { line in
    ///         try stream.writeNowait(line.get())
    ///         echo(stream)
    ///     }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - delimiter: A byte or more.
    ///   - maxBytes: More bytes than these without the delimiter close the stream; nil is ``maxBufferSize``.
    ///   - callback: Given the bytes, which are there until it returns.
    public final func borrowUntil(
        _ delimiter: some StreamData,
        maxBytes: Int? = nil,
        _ callback: @escaping Callback<UnsafeRawBufferPointer>
    ) {
        self.read(.borrowed(callback)) { try self.begin(.until(maxBytes), delimiter: delimiter) }
    }

    /// Reads up to where `pattern` has matched; see ``BytePattern`` for where that is.
    ///
    /// - Parameters:
    ///   - pattern: What to look for.
    ///   - maxBytes: More bytes than these without a match close the stream; nil is ``maxBufferSize``.
    ///   - callback: As for ``readUntil(_:maxBytes:_:)``.
    public final func readUntilRegex(
        _ pattern: BytePattern,
        maxBytes: Int? = nil,
        _ callback: @escaping Callback<[UInt8]>
    ) {
        self.read(.bytes(callback)) { try self.begin(.until(pattern, maxBytes)) }
    }

    /// Reads `count` bytes; with `partial`, what there is as soon as there is anything, but no more than `count`.
    public final func readBytes(_ count: Int, partial: Bool = false, _ callback: @escaping Callback<[UInt8]>) {
        self.read(.bytes(callback)) { try self.begin(.bytes(count, partial: partial)) }
    }

    /// Reads `count` bytes or, with `partial`, what there is, without a copy: they are there until `callback` returns.
    public final func borrowBytes(
        _ count: Int,
        partial: Bool = false,
        _ callback: @escaping Callback<UnsafeRawBufferPointer>
    ) {
        self.read(.borrowed(callback)) { try self.begin(.bytes(count, partial: partial)) }
    }

    /// Fills `buffer`; with `partial`, as much of it as there is as soon as there is anything.
    ///
    /// - Parameters:
    ///   - buffer: It stays the caller's, and must be there until `callback` is called.
    ///   - partial: Whether a part is enough.
    ///   - callback: Given how many bytes were read.
    public final func readInto(
        _ buffer: UnsafeMutableRawBufferPointer,
        partial: Bool = false,
        _ callback: @escaping Callback<Int>
    ) {
        self.read(.count(callback)) { try self.begin(.into(buffer, partial: partial)) }
    }

    /// Reads everything until the peer closes; that may be no bytes, and can't be more than ``maxBufferSize``.
    ///
    /// A reset counts as a close, but not under TLS, whose peers say themselves that they have ended.
    public final func readUntilClose(_ callback: @escaping Callback<[UInt8]>) {
        self.read(.bytes(callback)) { try self.begin(.untilClose) }
    }

    /// Writes `data`, behind all that was written before.
    ///
    /// - Parameters:
    ///   - data: Copied, where the kernel does not take it at once.
    ///   - callback: Called when no more than ``writeHighWaterMark`` bytes of it wait for the peer; or with
    ///     ``StreamClosedError``, or ``StreamBufferFullError`` if it is more than ``maxWriteBufferSize`` allows.
    public final func write(_ data: some StreamData, _ callback: @escaping Callback<Void>) {
        do {
            try data.withStreamBytes { try self.put($0) }
            let end = self.writeEnd
            if end <= self.written {
                self.tell(.callback(callback), .success(()))
            } else {
                self.writes.append(WriteWait(end: end, completion: .callback(callback)))
            }
        } catch {
            self.tell(.callback(callback), .failure(error))
        }
    }

    /// Writes `data` without waiting: what the kernel does not take at once is kept, and goes out as the peer takes it.
    ///
    /// ```swift
    /// try stream.writeNowait("pong\r\n")
    /// ```
    ///
    /// For answers that are small, or while ``writeBufferSize`` is; nothing else keeps a peer that does not read from making the
    /// app hold more and more, but ``maxWriteBufferSize``.
    ///
    /// - Throws: ``StreamClosedError``; ``StreamBufferFullError``, and then nothing of it is written.
    public final func writeNowait(_ data: some StreamData) throws {
        try data.withStreamBytes { try self.put($0) }
    }

    @inline(__always)
    private final func read(_ completion: ReadCompletion, _ begin: () throws -> Void) {
        do {
            try begin()
            self.complete(with: completion)
        } catch {
            self.loop.spawnCallback { self.call { try completion.fail(error) } }
        }
    }
}
