// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// What a stream's reader waits for, and how far the search for it has come.
struct ReadRequest {
    enum Kind {
        /// Nobody reads.
        case none
        /// Up to the stream's delimiter, and with it.
        case delimiter
        /// Up to where a pattern has matched.
        case pattern
        /// So many bytes.
        case bytes
        /// So many bytes at most.
        case partial
        /// Everything.
        case untilClose
    }

    /// What was found in the bytes that are there.
    enum Found {
        case end(Int)
        case nothing
        /// There can't be an end where one is allowed.
        case tooLong
    }

    var kind = Kind.none
    /// The bytes that are wanted.
    var count = 0
    /// The most bytes that may be read up to a delimiter, and with it.
    var limit = Int.max
    /// Where the reader wants the bytes: its own memory, which it keeps until the read has ended.
    var target: UnsafeMutableRawBufferPointer?
    /// How many of them are there already.
    var filled = 0
    /// How many of the buffer's bytes the delimiter is known not to begin in, or the pattern has seen.
    var searched = 0
    var pattern: BytePattern?
    var state = ByteAutomaton.start

    @inline(__always)
    var isPending: Bool { self.kind != .none }

    static func until(_ limit: Int?) -> ReadRequest { ReadRequest(kind: .delimiter, limit: limit ?? .max) }

    static func until(_ pattern: BytePattern, _ limit: Int?) -> ReadRequest {
        ReadRequest(kind: .pattern, limit: limit ?? .max, pattern: pattern)
    }

    static func bytes(_ count: Int, partial: Bool) -> ReadRequest {
        ReadRequest(kind: partial ? .partial : .bytes, count: count)
    }

    static var untilClose: ReadRequest { ReadRequest(kind: .untilClose) }

    static func into(_ target: UnsafeMutableRawBufferPointer, partial: Bool) -> ReadRequest {
        ReadRequest(kind: partial ? .partial : .bytes, count: target.count, target: target)
    }

    /// How many bytes end the read, if `bytes` are those that are there.
    @inline(__always)
    mutating func find(in bytes: UnsafeRawBufferPointer, delimiter: [UInt8]) -> Found {
        switch self.kind {
        case .none, .untilClose: .nothing
        case .bytes: bytes.count >= self.count ? .end(self.count) : .nothing
        case .partial: bytes.count > 0 || self.count == 0 ? .end(min(bytes.count, self.count)) : .nothing
        case .delimiter: self.search(bytes, delimiter)
        case .pattern: self.match(bytes)
        }
    }

    private mutating func search(_ bytes: UnsafeRawBufferPointer, _ delimiter: [UInt8]) -> Found {
        let place = delimiter.withUnsafeBufferPointer { ByteSearch.find($0, in: bytes, from: self.searched) }
        if let place {
            let end = place + delimiter.count
            return end > self.limit ? .tooLong : .end(end)
        }
        // The delimiter may have begun in the last bytes.
        self.searched = max(self.searched, bytes.count - delimiter.count + 1)
        return bytes.count > self.limit ? .tooLong : .nothing
    }

    private mutating func match(_ bytes: UnsafeRawBufferPointer) -> Found {
        if self.state != ByteAutomaton.matched {
            let end = self.pattern?.automaton.advance(&self.state, over: bytes, from: self.searched)
            self.searched = end ?? bytes.count
        }
        guard self.state == ByteAutomaton.matched else { return bytes.count > self.limit ? .tooLong : .nothing }
        return self.searched > self.limit ? .tooLong : .end(self.searched)
    }

    /// Whether so much is wanted that bytes should go where they are wanted at once.
    func isBulk(_ held: Int, chunk: Int) -> Bool {
        switch self.kind {
        case .bytes: self.count - held >= chunk
        case .untilClose: held > 0
        default: held >= chunk
        }
    }
}

/// Who is told of a read's end.
enum ReadCompletion {
    typealias Callback<Value> = (Result<Value, any Error>) throws -> Void

    case none
    case bytes(Callback<[UInt8]>)
    case count(Callback<Int>)
    /// Sees the bytes where they are.
    case borrowed(Callback<UnsafeRawBufferPointer>)
    case waiter(StreamWaiter)

    /// Whether there is somebody to tell: a read that may end at once has nobody yet.
    var isSet: Bool {
        if case .none = self { false } else { true }
    }

    /// Whether it needs the bytes to stay where they are.
    var isBorrowed: Bool {
        if case .borrowed = self { true } else { false }
    }

    /// Tells of an end in bytes.
    @inline(__always)
    func end(_ bytes: UnsafeRawBufferPointer) throws {
        switch self {
        case .none: break
        case .bytes(let callback): try callback(.success([UInt8](bytes)))
        case .count(let callback): try callback(.success(bytes.count))
        case .borrowed(let callback): try callback(.success(bytes))
        case .waiter(let waiter):
            waiter.outcome.bytes = [UInt8](bytes)
            waiter.wake()
        }
    }

    /// Tells of an end in the reader's own memory.
    func end(_ count: Int) throws {
        switch self {
        case .count(let callback): try callback(.success(count))
        case .waiter(let waiter):
            waiter.outcome.count = count
            waiter.wake()
        case .none, .bytes, .borrowed: break
        }
    }

    func fail(_ error: any Error) throws {
        switch self {
        case .none: break
        case .bytes(let callback): try callback(.failure(error))
        case .count(let callback): try callback(.failure(error))
        case .borrowed(let callback): try callback(.failure(error))
        case .waiter(let waiter):
            waiter.failure = error
            waiter.wake()
        }
    }
}
