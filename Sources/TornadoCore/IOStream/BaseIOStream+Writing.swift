// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

extension BaseIOStream {
    /// Hands bytes to the kernel, and keeps those that it does not take.
    ///
    /// - Throws: ``StreamClosedError``, ``StreamBufferFullError`` (then nothing was taken), ``StreamUsageError``.
    final func put(_ bytes: UnsafeRawBufferPointer) throws {
        self.loop.checkThread("IOStream.write")
        if self.closed { throw StreamClosedError(realError: self.error) }
        if self.isWritingEnded {
            throw StreamUsageError("IOStream.write was called after closeWriting(), which was to be the end")
        }
        guard bytes.count > 0 else { return }
        if let limit = self.maxWriteBufferSize, self.outbox.count + bytes.count > limit {
            throw StreamBufferFullError.writing(bytes.count, waiting: self.outbox.count, limit: limit)
        }
        if self.canSendAtOnce {
            try self.sendAtOnce(bytes)
        } else {
            self.outbox.append(bytes)
            self.isCorked = true
        }
        if !self.isPumping, !self.outbox.isEmpty { self.settle() }
    }

    /// Where more of what has come is about to be answered, one call of the kernel's can take all of it.
    @inline(__always)
    private final var canSendAtOnce: Bool {
        self.outbox.isEmpty && self.phase == .open && !(self.isPumping && !self.inbox.isEmpty)
    }

    private final func sendAtOnce(_ bytes: UnsafeRawBufferPointer) throws {
        switch self.send(bytes) {
        case .bytes(let count):
            self.written += count
            guard count < bytes.count else { return }
            self.outbox.append(UnsafeRawBufferPointer(rebasing: bytes[count...]))
            self.isCorked = self.takesRecords
        case .again(let readiness):
            self.writeNeedsRead = readiness == .read
            self.outbox.append(bytes)
        case .end:
            self.close(nil)
            throw StreamClosedError()
        case .failed(let errno):
            let error = self.failure(errno, "Writing to")
            self.close(error)
            throw StreamClosedError(realError: error)
        }
    }

    /// How many bytes must have left for what is there now to count as written.
    final var writeEnd: Int { self.written + max(0, self.outbox.count - self.writeHighWaterMark) }

    /// Hands the kernel what it takes of what was kept.
    final func flush() {
        guard self.phase == .open else { return }
        self.writeNeedsRead = false
        self.isCorked = false
        while !self.outbox.isEmpty {
            let count = self.outbox.count
            switch self.send(self.outbox.bytes) {
            case .bytes(let sent):
                self.outbox.drop(sent)
                self.written += sent
                if sent == count { continue }
                // A socket that took a part is full; TLS takes a record at a time.
                if !self.takesRecords { return self.endWrites() }
            case .again(let readiness):
                self.writeNeedsRead = readiness == .read
                return self.endWrites()
            case .end: return self.close(nil)
            case .failed(let errno): return self.close(self.failure(errno, "Writing to"))
            }
        }
        self.outbox.release()
        self.endWrites()
        if self.isWritingEnded { self.endSending() }
    }

    private final func endWrites() {
        while let first = self.writes.first, first.end <= self.written {
            self.writes.removeFirst()
            self.tell(first.completion, .success(()))
        }
    }

    /// Tells who waits, soon.
    final func tell(_ completion: StreamCompletion, _ result: Result<Void, any Error>) {
        switch completion {
        case .callback(let callback): self.loop.spawnCallback { self.call { try callback(result) } }
        case .waiter(let waiter):
            if case .failure(let error) = result { waiter.failure = error }
            waiter.wake()
        }
    }
}
