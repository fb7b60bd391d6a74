// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

final class WaitingHandler: AsyncRequestHandler {
    override func prepare() async throws { try setHeader("X-Prepared", "yes") }
    override func get() async throws {
        let loop = IOLoop.current
        let uri = request.uri
        try await Task.sleep(for: .milliseconds(10))
        guard loop.isOnThread else { throw HTTPError(500, "not on the loop's thread") }
        if try getArgument("fail", default: nil) != nil { throw HTTPError(418) }
        write("waited \(uri == request.uri ? uri : "differs")")
    }
    override func post() async throws { write(request.body) }
}

/// Writes so much, in pieces of 1,000 bytes.
final class StreamHandler: RequestHandler {
    override func get() throws {
        let pieces = Int(try getArgument("pieces", default: "3")) ?? 0
        if try getArgument("length", default: nil) != nil { try setHeader("Content-Length", pieces * 1000) }
        for piece in 0..<pieces {
            write(String(repeating: piece % 2 == 0 ? "a" : "b", count: 1000))
            flush()
        }
    }
}

/// The same, no faster than the client reads.
final class WaitingStreamHandler: AsyncRequestHandler {
    nonisolated(unsafe) static var written = 0

    override func get() async throws {
        Self.written = 0
        for _ in 0..<(Int(try getArgument("pieces", default: "3")) ?? 0) {
            write([UInt8](repeating: 0x61, count: 64 * 1024))
            try await flush()
            Self.written += 64 * 1024
        }
    }
    override func head() async throws { try setHeader("X-Written", Self.written) }
}

final class BrokenHandler: RequestHandler {
    override func get() throws {
        write("begun")
        flush()
        throw PlainError()
    }
}

/// Never answers; counts the clients that lost patience.
final class HangingHandler: RequestHandler {
    nonisolated(unsafe) static var closed = 0

    override func get() throws { autoFinish = false }
    override func onConnectionClose() { Self.closed += 1 }
}

final class GoneHandler: RequestHandler {
    override func get() throws { write("\(HangingHandler.closed)") }
}

final class DetachHandler: RequestHandler {
    override func get() throws {
        let connection = try detach()
        let text = "raw " + String(decoding: connection.unread, as: UTF8.self)
        _ = text.withCString { send(connection.fd, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        close(connection.fd)
    }
}
