// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What makes a request's body while it is sent.
///
/// ```swift
/// request.bodyProducer = .async { writer in
///     for try await line in lines { try await writer.write(Array(line.utf8)) }
/// }
/// request.bodyProducer = .blocking(length: size) { writer in
///     while let piece = try file.read() { try writer.write(piece) }
/// }
/// ```
///
/// It is called when the request is sent, and again where a redirect (307 or 308) or a `Digest` challenge has it sent once
/// more; one that cannot begin anew throws then, which ends the fetch. Writing waits while
/// the server takes nothing more. Without a length the body is chunked; with one, exactly so many bytes must be written. It
/// belongs to the thread that made it.
public struct HTTPBodyProducer: Sendable {
    enum Style {
        case callback((HTTPBodyWriter) throws -> Void)
        case task((HTTPBodyWriter) async throws -> Void)
        case greenlet((HTTPBodyWriter) throws -> Void)
    }

    let length: Int64?
    let run: LoopBound<Style>

    /// Runs as a task of the loop; the body ends when it returns.
    public static func async(
        length: Int64? = nil,
        _ body: @escaping (HTTPBodyWriter) async throws -> Void
    ) -> HTTPBodyProducer {
        HTTPBodyProducer(length: length, run: LoopBound(.task(body)))
    }

    /// Runs in a greenlet of its own; the body ends when it returns.
    public static func blocking(
        length: Int64? = nil,
        _ body: @escaping (HTTPBodyWriter) throws -> Void
    ) -> HTTPBodyProducer {
        HTTPBodyProducer(length: length, run: LoopBound(.greenlet(body)))
    }

    /// Is called by the loop; the body ends when ``HTTPBodyWriter/finish()`` is called, then or later.
    public static func callback(
        length: Int64? = nil,
        _ body: @escaping (HTTPBodyWriter) throws -> Void
    ) -> HTTPBodyProducer {
        HTTPBodyProducer(length: length, run: LoopBound(.callback(body)))
    }
}
