// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

nonisolated(unsafe) let compressionRoutes: [URLSpec] = [
    .url("/echo", EchoHandler.self),
    .url("/echo/stream", EchoStreamHandler.self),
    .url("/echo/async", EchoAsyncHandler.self),
    .url("/echo/async/stream", EchoAsyncStreamHandler.self),
]

/// The body as a handler saw it: sent back, or with `?drop=1` only counted.
private struct SeenBody {
    private(set) var size = 0
    private var bytes: [UInt8] = []
    private var pieces = 0
    private var largest = 0

    /// A first piece, after which the rest of the body has to wait.
    var isFirst: Bool { self.pieces == 1 }

    mutating func add(_ chunk: [UInt8], for handler: RequestHandler) throws {
        self.size += chunk.count
        self.pieces += 1
        self.largest = max(self.largest, chunk.count)
        if try handler.getQueryArgument("drop", default: nil) == nil { self.bytes += chunk }
    }

    func answer(_ handler: RequestHandler) throws {
        let headers = handler.request.headers
        try handler.setHeader("X-Encoding", headers["Content-Encoding"] ?? "none")
        try handler.setHeader("X-Consumed", headers["X-Consumed-Content-Encoding"] ?? "none")
        try handler.setHeader("X-Size", self.size)
        try handler.setHeader("X-Largest", self.largest)
        try handler.setHeader("Content-Type", "application/octet-stream")
        handler.write(self.bytes)
    }
}

final class EchoHandler: RequestHandler {
    override func post() throws {
        var seen = SeenBody()
        try seen.add(request.body, for: self)
        try seen.answer(self)
    }
}

final class EchoStreamHandler: RequestHandler {
    override class var streamRequestBody: Bool { true }
    private var seen = SeenBody()

    override func dataReceived(_ chunk: [UInt8]) throws {
        try seen.add(chunk, for: self)
        if seen.isFirst { usleep(100_000) }
    }
    override func post() throws { try seen.answer(self) }
}

final class EchoAsyncHandler: AsyncRequestHandler {
    override func post() async throws {
        var seen = SeenBody()
        try seen.add(request.body, for: self)
        try seen.answer(self)
    }
}

final class EchoAsyncStreamHandler: AsyncRequestHandler {
    override class var streamRequestBody: Bool { true }
    private var seen = SeenBody()

    override func dataReceived(_ chunk: [UInt8]) async throws {
        try seen.add(chunk, for: self)
        if seen.isFirst { try await Task.sleep(for: .milliseconds(100)) }
    }
    override func post() async throws { try seen.answer(self) }
}
