// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Reads and writes that suspend the greenlet.
///
/// Outside of greenlets they run the loop until they are done, if it does not run. They throw why the caller cannot wait, and
/// what was thrown into the greenlet meanwhile: then what has come stays for the next read.
extension BaseIOStream {
    /// Reads up to `delimiter`, and with it.
    ///
    /// ```swift
    /// let line = try Timeout.with(5) { try stream.readUntil("\n", maxBytes: 1000) }
    /// ```
    ///
    /// - Parameters:
    ///   - delimiter: A byte or more.
    ///   - maxBytes: More bytes than these without the delimiter close the stream; nil is ``maxBufferSize``.
    /// - Returns: The bytes.
    /// - Throws: ``StreamClosedError``, whose `realError` is an ``UnsatisfiableReadError`` if there were too many;
    ///   ``StreamUsageError`` if somebody reads already.
    public final func readUntil(_ delimiter: some StreamData, maxBytes: Int? = nil) throws -> [UInt8] {
        try self.checkWaiting("IOStream.readUntil")
        try self.begin(.until(maxBytes), delimiter: delimiter)
        return try self.block("IOStream.readUntil").bytes
    }

    /// Reads up to where `pattern` has matched; see ``BytePattern`` for where that is.
    ///
    /// - Throws: As ``readUntil(_:maxBytes:)``.
    public final func readUntilRegex(_ pattern: BytePattern, maxBytes: Int? = nil) throws -> [UInt8] {
        try self.checkWaiting("IOStream.readUntilRegex")
        try self.begin(.until(pattern, maxBytes))
        return try self.block("IOStream.readUntilRegex").bytes
    }

    /// Reads `count` bytes; with `partial`, what there is as soon as there is anything, but no more than `count`.
    ///
    /// - Throws: ``StreamClosedError``; ``StreamUsageError`` if somebody reads already.
    public final func readBytes(_ count: Int, partial: Bool = false) throws -> [UInt8] {
        try self.checkWaiting("IOStream.readBytes")
        try self.begin(.bytes(count, partial: partial))
        return try self.block("IOStream.readBytes").bytes
    }

    /// Fills `buffer`; with `partial`, as much of it as there is as soon as there is anything.
    ///
    /// - Returns: How many bytes were read.
    /// - Throws: ``StreamClosedError``; ``StreamUsageError`` if somebody reads already.
    public final func readInto(_ buffer: UnsafeMutableRawBufferPointer, partial: Bool = false) throws -> Int {
        try self.checkWaiting("IOStream.readInto")
        try self.begin(.into(buffer, partial: partial))
        return try self.block("IOStream.readInto").count
    }

    /// Reads everything until the peer closes; that may be no bytes, and can't be more than ``maxBufferSize``.
    ///
    /// A reset counts as a close, but not under TLS, whose peers say themselves that they have ended.
    ///
    /// - Throws: ``StreamClosedError`` if it was not closed in good order, or there was too much.
    public final func readUntilClose() throws -> [UInt8] {
        try self.checkWaiting("IOStream.readUntilClose")
        try self.begin(.untilClose)
        return try self.block("IOStream.readUntilClose").bytes
    }

    /// Writes `data`, and waits until no more than ``writeHighWaterMark`` bytes of it wait for the peer.
    ///
    /// If something is thrown into the greenlet meanwhile, the rest goes out all the same, as long as the stream is open.
    ///
    /// - Throws: ``StreamClosedError``; ``StreamBufferFullError`` if it is more than ``maxWriteBufferSize`` allows, and then
    ///   nothing of it is written.
    public final func write(_ data: some StreamData) throws {
        try self.checkWaiting("IOStream.write")
        try data.withStreamBytes { try self.put($0) }
        let end = self.writeEnd
        guard end > self.written else { return }
        let waiter = StreamWaiter()
        self.writes.append(WriteWait(end: end, completion: .waiter(waiter)))
        do {
            try waiter.block(on: self.loop, "IOStream.write")
        } catch {
            self.writes.removeAll { $0.completion.isWait(of: waiter) }
            throw error
        }
    }

    // MARK: For all of them

    /// Throws why the caller cannot wait, before anything is begun.
    @inline(__always)
    final func checkWaiting(_ why: StaticString) throws {
        self.loop.checkThread(why)
        try StreamWaiter.checkWaiting(on: self.loop, why)
    }

    /// Waits for the read that was begun.
    private final func block(_ why: StaticString) throws -> ReadOutcome {
        if let outcome = try self.endAtOnce() { return outcome }
        let waiter = StreamWaiter()
        self.complete(with: waiter)
        do {
            try waiter.block(on: self.loop, why)
        } catch {
            self.takeBack(waiter)
            throw error
        }
        return waiter.outcome
    }
}
