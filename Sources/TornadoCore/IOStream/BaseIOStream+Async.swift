// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Reads and writes that suspend the task, which must be on the loop's thread.
///
/// If the task is cancelled they throw `CancellationError`, and what has come stays for the next read.
extension BaseIOStream {
    /// Reads up to `delimiter`, and with it.
    ///
    /// - Parameters:
    ///   - delimiter: A byte or more.
    ///   - maxBytes: More bytes than these without the delimiter close the stream; nil is ``maxBufferSize``.
    /// - Returns: The bytes.
    /// - Throws: ``StreamClosedError``, whose `realError` is an ``UnsatisfiableReadError`` if there were too many;
    ///   ``StreamUsageError`` if somebody reads already.
    nonisolated(nonsending) public final func readUntil(
        _ delimiter: some StreamData,
        maxBytes: Int? = nil
    ) async throws -> [UInt8] {
        try self.begin(.until(maxBytes), delimiter: delimiter)
        return try await self.awaited().bytes
    }

    /// Reads up to where `pattern` has matched; see ``BytePattern`` for where that is.
    ///
    /// - Throws: As ``readUntil(_:maxBytes:)``.
    nonisolated(nonsending) public final func readUntilRegex(
        _ pattern: BytePattern,
        maxBytes: Int? = nil
    ) async throws -> [UInt8] {
        try self.begin(.until(pattern, maxBytes))
        return try await self.awaited().bytes
    }

    /// Reads `count` bytes; with `partial`, what there is as soon as there is anything, but no more than `count`.
    ///
    /// - Throws: ``StreamClosedError``; ``StreamUsageError`` if somebody reads already.
    nonisolated(nonsending) public final func readBytes(_ count: Int, partial: Bool = false) async throws -> [UInt8] {
        try self.begin(.bytes(count, partial: partial))
        return try await self.awaited().bytes
    }

    /// Fills `buffer`; with `partial`, as much of it as there is as soon as there is anything.
    ///
    /// - Parameters:
    ///   - buffer: It stays the caller's, and must be there until this returns.
    ///   - partial: Whether a part is enough.
    /// - Returns: How many bytes were read.
    /// - Throws: ``StreamClosedError``; ``StreamUsageError`` if somebody reads already.
    nonisolated(nonsending) public final func readInto(
        _ buffer: UnsafeMutableRawBufferPointer,
        partial: Bool = false
    ) async throws -> Int {
        try self.begin(.into(buffer, partial: partial))
        return try await self.awaited().count
    }

    /// Reads everything until the peer closes; that may be no bytes, and can't be more than ``maxBufferSize``.
    ///
    /// A reset counts as a close, but not under TLS, whose peers say themselves that they have ended.
    ///
    /// - Throws: ``StreamClosedError`` if it was not closed in good order, or there was too much.
    nonisolated(nonsending) public final func readUntilClose() async throws -> [UInt8] {
        try self.begin(.untilClose)
        return try await self.awaited().bytes
    }

    /// Writes `data`, and waits until no more than ``writeHighWaterMark`` bytes of it wait for the peer.
    ///
    /// If the task is cancelled meanwhile, the rest goes out all the same, as long as the stream is open.
    ///
    /// - Throws: ``StreamClosedError``; ``StreamBufferFullError`` if it is more than ``maxWriteBufferSize`` allows, and then
    ///   nothing of it is written.
    nonisolated(nonsending) public final func write(_ data: some StreamData) async throws {
        try data.withStreamBytes { try self.put($0) }
        let end = self.writeEnd
        guard end > self.written else { return }
        let waiter = StreamWaiter(ofTask: true)
        self.writes.append(WriteWait(end: end, completion: .waiter(waiter)))
        do {
            try await waiter.wait()
        } catch {
            self.writes.removeAll { $0.completion.isWait(of: waiter) }
            throw error
        }
    }

    /// Waits for the read that was begun.
    nonisolated(nonsending) private final func awaited() async throws -> ReadOutcome {
        if let outcome = try self.endAtOnce() { return outcome }
        let waiter = StreamWaiter(ofTask: true)
        self.complete(with: waiter)
        do {
            try await waiter.wait()
        } catch {
            self.takeBack(waiter)
            throw error
        }
        return waiter.outcome
    }
}
