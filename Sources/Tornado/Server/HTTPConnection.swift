// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

/// Answers a request without a handler: status and headers, pieces of the body, and the end.
///
/// ```swift
/// let server = HTTPServer { request in
///     try request.connection.writeHeaders(200, ["Content-Type": "text/plain"], contentLength: 5)
///     try request.connection.write("Hello")
///     try request.connection.finish()
/// }
/// ```
public struct HTTPConnection {
    let request: HTTPServerRequest

    /// Begins the answer.
    ///
    /// - Parameters:
    ///   - status: 200 to 599.
    ///   - headers: Sent as they are; what framing needs is added by the server. A Date is added if there is none.
    ///   - contentLength: The body's bytes in all; nil if not known.
    /// - Throws: `HTTPOutputError` if a header can't be sent or the answer was begun before, `StreamClosedError` if the
    ///   client has gone.
    public func writeHeaders(_ status: Int, _ headers: HTTPHeaders = [:], contentLength: Int? = nil) throws {
        let flags = headers.contains("Date") ? 0 : UInt32(GT_RESPONSE_DATE)
        let result = headers.withViews { views in
            self.request.respond(
                status: Int32(truncatingIfNeeded: status),
                reason: gt_bytes(),
                headers: views,
                flags: flags,
                contentLength: Int64(contentLength ?? -1),
                body: gt_bytes(),
                end: false
            )
        }
        try HTTPOutputError.check(result, "writeHeaders")
    }

    /// Sends a piece of the body.
    ///
    /// In a greenlet, as under gtornado, it waits until the client has taken enough for more to be written.
    ///
    /// - Throws: `HTTPOutputError` if it is out of order or too long, `StreamClosedError` if the client has gone; what was
    ///   thrown into the greenlet while it waited, in which case the piece has been taken.
    public func write(_ bytes: [UInt8]) throws {
        let result = bytes.withUnsafeBufferPointer { self.request.send(gt_bytes($0), end: false) }
        try HTTPOutputError.check(result, "write")
        if result == Int32(GT_WRITE_FULL) { try self.request.waitUntilDrained("HTTPConnection.write") }
    }

    /// Sends a piece of the body as UTF-8.
    public func write(_ text: String) throws {
        try self.write(Array(text.utf8))
    }

    /// Ends the answer.
    public func finish() throws {
        try HTTPOutputError.check(self.request.send(gt_bytes(), end: true), "finish")
    }

    /// Drops the connection without an answer.
    public func close() {
        self.request.abort()
    }
}

/// An answer that can't be sent as the app wants it: a mistake in the app.
public struct HTTPOutputError: Error, CustomStringConvertible, Sendable {
    /// What was wrong, in a sentence.
    public let message: String

    /// An error with a sentence that names the call and the rule.
    public init(_ message: String) {
        self.message = message
    }

    /// The sentence.
    public var description: String { self.message }

    static func check(_ result: Int32, _ call: String) throws {
        switch result {
        case 0...: return
        case -EPIPE: throw StreamClosedError()
        case -EALREADY: throw HTTPOutputError("\(call)() is out of order: the answer was begun twice or has ended.")
        case -EMSGSIZE: throw HTTPOutputError("\(call)() sends another number of bytes than Content-Length says.")
        default: throw HTTPOutputError("\(call)() was refused: \(String(cString: strerror(-result))).")
        }
    }
}
