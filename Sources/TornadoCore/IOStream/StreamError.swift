// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// The stream, or the client's connection, is closed: what was to be read or written could not be.
///
/// ```swift
/// do {
///     line = try stream.readUntil("\n")
/// } catch let error as StreamClosedError {
///     print("gone: \(error.realError.map { "\($0)" } ?? "in good order")")
/// }
/// ```
public struct StreamClosedError: Error, CustomStringConvertible, Sendable {
    /// Why it was closed; nil if the peer or the app did so in good order.
    public let realError: (any Error)?

    /// An error about a stream that is closed.
    public init(realError: (any Error)? = nil) {
        self.realError = realError
    }

    /// A sentence for the log.
    public var description: String {
        self.realError.map { "The stream is closed: \($0)" } ?? "The stream is closed"
    }
}

/// What was to be read can't be: there was no end in as many bytes as were allowed.
public struct UnsatisfiableReadError: Error, CustomStringConvertible, Sendable, Equatable {
    /// What was looked for, and in how many bytes.
    public let description: String

    init(_ what: String, within count: Int) {
        self.description = "There was no \(what) within \(count) bytes"
    }
}

/// There is no room: a read would hold more than `maxBufferSize`, or a write more than `maxWriteBufferSize`.
public struct StreamBufferFullError: Error, CustomStringConvertible, Sendable, Equatable {
    /// Which buffer is full, and what can be done.
    public let description: String

    static func reading(_ limit: Int) -> StreamBufferFullError {
        StreamBufferFullError(
            description: "The peer has sent more than maxBufferSize, \(limit) bytes, and what is to be read does not "
                + "end in them: read it in parts, or raise that"
        )
    }

    static func writing(_ count: Int, waiting: Int, limit: Int) -> StreamBufferFullError {
        StreamBufferFullError(
            description: "\(count) bytes were to be written behind \(waiting) that the peer has not taken yet, which "
                + "is more than maxWriteBufferSize, \(limit) bytes: wait for earlier writes, or raise that"
        )
    }
}

/// A call that does not fit what the stream is doing: a mistake of the app's.
public struct StreamUsageError: Error, CustomStringConvertible, Sendable, Equatable {
    /// What was called, why it can't be, and what to do instead.
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    static func alreadyReading(_ descriptor: Int32) -> StreamUsageError {
        StreamUsageError(
            "Already reading from descriptor \(descriptor): a stream has one read at a time, wait for that one to end"
        )
    }
}

/// A call of the system's failed.
public struct OSError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The system's number for it.
    public let errno: Int32
    /// What failed, on what, and why.
    public let description: String

    /// An error by its number, and what was being done: "Reading from descriptor 5".
    package init(_ errno: Int32, _ what: String) {
        self.errno = errno
        self.description = "\(what) failed: \(Self.text(errno))"
    }

    /// What the system says of a number: "Connection refused".
    package static func text(_ errno: Int32) -> String { String(cString: strerror(errno)) }

    /// Whether the peer has gone without a word.
    var isReset: Bool {
        self.errno == ECONNRESET || self.errno == ECONNABORTED || self.errno == EPIPE || self.errno == ETIMEDOUT
    }
}
