// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import ProviderKit

extension BaseIOStream {
    /// How often one descriptor is read before the others get their turn.
    private static let maxRounds = 4

    // MARK: Beginning

    /// Notes what a reader wants.
    ///
    /// - Throws: ``StreamUsageError`` if there is a reader already, ``StreamClosedError`` if that will never end.
    final func begin(_ request: ReadRequest) throws {
        self.loop.checkThread("IOStream.read")
        if self.request.isPending { self.dropGivenUp() }
        if self.request.isPending {
            if self.closed { throw StreamClosedError(realError: self.error) }
            throw StreamUsageError.alreadyReading(self.fileno)
        }
        guard request.count >= 0 else {
            throw StreamUsageError("A stream was asked for \(request.count) bytes: ask for 0 or more")
        }
        self.request = request
        if request.target != nil { self.moveIntoTarget() }
    }

    final func begin(_ request: ReadRequest, delimiter: some StreamData) throws {
        try self.begin(request)
        delimiter.withStreamBytes { bytes in
            let isSame = self.delimiter.withUnsafeBytes { own in
                guard let own = own.baseAddress, let new = bytes.baseAddress else { return false }
                return self.delimiter.count == bytes.count && memcmp(own, new, bytes.count) == 0
            }
            if !isSame { self.delimiter = [UInt8](bytes) }
        }
        guard self.delimiter.isEmpty else { return }
        self.request = ReadRequest()
        throw StreamUsageError("A stream was asked to read until an empty delimiter: it needs a byte or more")
    }

    /// Has a callback told of the read that was begun: soon, and not inside this call.
    final func complete(with completion: ReadCompletion) {
        self.completion = completion
        // Whoever serves the readers looks at it next.
        if self.isPumping { return }
        if self.canEndAtOnce { self.schedulePump() }
        self.settle()
    }

    /// Whether the read that was begun need not wait for the descriptor.
    final var canEndAtOnce: Bool {
        if self.closed || self.isAtEnd || self.hasPending { return true }
        if case .nothing = self.look() { return false }
        return true
    }

    /// Takes a reader's wait back; what has come stays for the next one.
    final func takeBack(_ waiter: StreamWaiter) {
        guard case .waiter(let current) = self.completion, current === waiter else { return }
        self.keepTarget()
        self.endRequest()
        self.settle()
    }

    /// Takes the read of a task back that was cancelled and has not gone on yet: what it was given would be lost.
    final func dropGivenUp() {
        guard case .waiter(let waiter) = self.completion, waiter.isGivenUp else { return }
        self.keepTarget()
        self.endRequest()
    }

    @discardableResult
    final func endRequest() -> ReadCompletion {
        let completion = self.completion
        self.completion = .none
        self.request = ReadRequest()
        return completion
    }

    // MARK: Looking at what is there

    @inline(__always)
    final func look() -> ReadRequest.Found {
        if self.request.target != nil { return self.request.isTargetDone ? .end(self.request.filled) : .nothing }
        return self.request.find(in: self.inbox.bytes, delimiter: self.delimiter)
    }

    /// Copies what is there already to where the reader wants it.
    private final func moveIntoTarget() {
        guard let target = self.request.target, let start = target.baseAddress else { return }
        let bytes = self.inbox.bytes
        let count = min(bytes.count, target.count)
        guard count > 0, let source = bytes.baseAddress else { return }
        memcpy(start, source, count)
        self.inbox.drop(count)
        self.request.filled = count
    }

    final func schedulePump() {
        guard !self.isPumpScheduled else { return }
        self.isPumpScheduled = true
        // It holds the stream, too.
        self.loop.spawnCallback {
            self.isPumpScheduled = false
            self.hasFilledAtOnce = false
            self.isPumping = true
            self.pump()
            if self.mustReadAhead { self.fill() }
            self.isPumping = false
            self.settle()
        }
    }

    /// Serves readers for as long as what is there lets them end.
    final func pump() {
        self.dropGivenUp()
        var fills = 0
        while self.request.isPending {
            switch self.look() {
            case .end(let count): self.deliver(count)
            case .tooLong: return self.close(self.unsatisfiable)
            case .nothing:
                if self.closed || self.isAtEnd {
                    self.tellEnd()
                    // One that reads on although there is nothing must not keep the loop from its work.
                    return self.request.isPending ? self.schedulePump() : ()
                }
                guard self.hasPending else { return }
                if fills == Self.maxRounds { return self.schedulePump() }
                fills += 1
                self.fill()
            }
        }
    }

    final var unsatisfiable: UnsatisfiableReadError {
        if let pattern = self.request.pattern {
            return UnsatisfiableReadError("match of \(pattern)", within: self.request.limit)
        }
        let text = String(decoding: self.delimiter, as: UTF8.self)
        return UnsatisfiableReadError("delimiter \(text.debugDescription)", within: self.request.limit)
    }

    private final func deliver(_ count: Int) {
        if self.request.target != nil {
            let completion = self.endRequest()
            return self.call { try completion.end(count) }
        }
        let bytes = UnsafeRawBufferPointer(rebasing: self.inbox.bytes[..<count])
        // The bytes stay where they are until the buffer is changed.
        self.inbox.drop(count)
        let completion = self.endRequest()
        guard completion.isBorrowed else { return self.call { try completion.end(bytes) } }
        self.inbox.lend()
        self.call { try completion.end(bytes) }
        self.inbox.endLending()
    }

    /// Calls an app's callback; its error closes the stream, so that nobody waits for ever.
    @inline(__always)
    final func call(_ callback: () throws -> Void) {
        do {
            try callback()
        } catch let error as StreamClosedError {
            // How most conversations end: `try result.get()` is enough for an app that has nothing to do then.
            self.close(error.realError)
        } catch {
            CallbackFailure.log(error, in: "stream's callback")
            self.close(error)
        }
    }

    // MARK: Getting more

    final func becameReadable(failed: Bool) {
        self.readNeedsWrite = false
        guard self.canRead else {
            // The reader of the pipe has gone.
            return self.close(self.failure(EPIPE, "Writing to"))
        }
        if self.isAtEnd { return }
        self.dropGivenUp()
        if !self.request.isPending, !self.readsAhead {
            // An error is told whether asked for or not: then only silence helps, until somebody reads.
            return failed ? self.disarm() : self.listen(for: (self.armed ?? .none).subtracting(.read))
        }
        self.isPumping = true
        var rounds = 0
        repeat {
            let hasMore = self.fill()
            self.pump()
            rounds += 1
            guard hasMore, !self.isPumpScheduled else { break }
        } while !self.closed && self.request.isPending && rounds < Self.maxRounds
        self.isPumping = false
    }

    /// Reads once.
    ///
    /// - Returns: Whether there may be more.
    @discardableResult
    final func fill() -> Bool {
        if let target = self.request.target, self.inbox.isEmpty {
            let rest = UnsafeMutableRawBufferPointer(rebasing: target[self.request.filled...])
            let count = self.received(self.receive(into: rest))
            self.request.filled += count
            return count == rest.count
        }
        let isBulk = self.request.isBulk(self.inbox.count, chunk: self.readChunkSize)
        if !isBulk, !self.loop.scratch.isLent { return self.fillFromScratch() }
        let room = self.inbox.room(for: self.readChunkSize)
        let count = self.received(self.receive(into: room))
        self.inbox.filled(count)
        self.checkSize()
        return self.isFull(count, of: room)
    }

    private final func fillFromScratch() -> Bool {
        let scratch = self.loop.scratch.bytes
        let room = UnsafeMutableRawBufferPointer(rebasing: scratch[..<min(self.readChunkSize, scratch.count)])
        let count = self.received(self.receive(into: room))
        guard count > 0 else { return false }
        let bytes = UnsafeRawBufferPointer(rebasing: room[..<count])
        if self.inbox.isEmpty, self.request.isPending, self.completion.isSet,
            case .end(let end) = self.request.find(in: bytes, delimiter: self.delimiter)
        {
            // The reader is served from here; only what it leaves is kept.
            self.inbox.append(UnsafeRawBufferPointer(rebasing: bytes[end...]))
            let completion = self.endRequest()
            // Whoever reads while the app looks at them must not read over them.
            self.loop.scratch.isLent = true
            self.call { try completion.end(UnsafeRawBufferPointer(rebasing: bytes[..<end])) }
            self.loop.scratch.isLent = false
        } else {
            self.inbox.append(bytes)
            self.checkSize()
        }
        return self.isFull(count, of: room)
    }

    /// Whether a call read so much that the next one may find more: each finds at most a record under TLS.
    @inline(__always)
    private final func isFull(_ count: Int, of room: UnsafeMutableRawBufferPointer) -> Bool {
        count == room.count || (self.takesRecords && count >= 8192)
    }

    private final func checkSize() {
        guard self.inbox.count > self.maxBufferSize, case .nothing = self.look() else { return }
        self.close(StreamBufferFullError.reading(self.maxBufferSize))
    }

    /// How many bytes a call has read; what else it says is seen to.
    @inline(__always)
    private final func received(_ outcome: Transport.Outcome) -> Int {
        switch outcome {
        case .bytes(let count): return count
        case .again(let readiness): self.readNeedsWrite = readiness == .write
        case .end: self.isAtEnd = true
        case .failed(let errno): self.close(self.failure(errno, "Reading from"))
        }
        return 0
    }
}

extension ReadRequest {
    /// Whether the reader's own memory has what it wants.
    var isTargetDone: Bool { self.filled == self.count || (self.kind == .partial && self.filled > 0) }
}
