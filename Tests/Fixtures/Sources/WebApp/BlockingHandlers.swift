// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Blocks its caller, a greenlet or else the thread, in the C library.
///
/// Returns false if the wait was ended before.
private func block(_ seconds: Double) -> Bool { usleep(UInt32(seconds * 1e6)) == 0 }

private struct Interrupted: Error {}

/// Waits for so many seconds, twice, and says in what.
final class BlockingHandler: RequestHandler {
    override func prepare() throws { _ = block((Double(pathArguments[0]) ?? 0) / 2) }
    override func get() throws {
        let uri = request.uri
        _ = block((Double(pathArguments[0]) ?? 0) / 2)
        if try getArgument("fail", default: nil) != nil { throw HTTPError(418) }
        write("\(uri == request.uri ? uri : "differs") in \(placeName())")
    }
    override func post() throws {
        _ = block(Double(pathArguments[0]) ?? 0)
        write(request.body)
    }
}

/// The name of the greenlet that runs, or "the loop".
func placeName() -> String {
    guard let suspend = Registry.suspend, let current = suspend.pointee.current() else { return "the loop" }
    var info = gt_greenlet_info()
    info.size = UInt32(MemoryLayout<gt_greenlet_info>.size)
    suspend.pointee.info(current, &info)
    return info.name.map { String(cString: $0) } ?? "a greenlet without a name"
}

/// Waits for a minute, unless its client goes.
final class EndingHandler: RequestHandler {
    nonisolated(unsafe) static var events: [String] = []

    override class var endsOnDisconnect: Bool { true }
    override func get() throws {
        Self.events = ["begun"]
        defer { Self.events.append("left") }
        if !block(60) { throw Interrupted() }
        write("a minute later")
    }
    override func onConnectionClose() { Self.events.append("closed") }
    override func onFinish() { Self.events.append(block(0.001) ? "finished" : "finished, still interrupted") }
}

/// What has become of the one above, and of the cores.
final class EngineHandler: AsyncRequestHandler {
    override func get() async throws {
        let cores = Cores.current
        try write([
            "events": EndingHandler.events.joined(separator: " "),
            "cores": "\(cores.busy) busy, \(cores.waiting) waiting, \(cores.refused) refused",
            "written": "\(BlockingStreamHandler.written) \(BlockingStreamHandler.end)",
            "limited": LimitedStreamHandler.end,
            "closed": "\(LosingHandler.closed) closed, \(LosingHandler.ends) ended",
        ])
    }
}

/// Answers when its client may have gone: every call must be harmless then.
final class LosingHandler: RequestHandler {
    nonisolated(unsafe) static var closed = 0
    nonisolated(unsafe) static var ends = 0
    private var isGone = false

    override func get() throws {
        while !isGone { guard block(0.01) else { break } }
        write("nobody")
        flush()
        try setHeader("X-Late", "yes")
        write("hears")
        flush()
        finish("this \(request.remoteIP) \(request.headers["Host"] ?? "")")
        Self.ends += 1
    }
    override func onConnectionClose() {
        Self.closed += 1
        isGone = true
    }
}

/// Writes so many pieces of 64 KiB, no faster than the client reads, and stops when that has gone.
final class BlockingStreamHandler: RequestHandler {
    nonisolated(unsafe) static var written = 0
    nonisolated(unsafe) static var end = "running"

    override func get() throws {
        (Self.written, Self.end) = (0, "running")
        for piece in 0..<(Int(try getArgument("pieces", default: "3")) ?? 0) {
            if isConnectionClosed { break }
            write([UInt8](repeating: UInt8(0x61 + piece % 26), count: 64 * 1024))
            flush()
            Self.written += 64 * 1024
        }
        Self.end = isConnectionClosed ? "client gone" : "complete"
    }
}

/// Writes, as the one above does, for so many seconds at most, whether the client reads or not.
final class LimitedStreamHandler: RequestHandler {
    nonisolated(unsafe) static var end = "not begun"

    override func get() throws {
        Self.end = "running"
        let limit = try GreenletTimeout.startNew(0.3)
        defer { limit.cancel() }
        for piece in 0..<300 {
            write([UInt8](repeating: 0x78, count: 64 * 1024))
            flush()
            guard isConnectionClosed else { continue }
            Self.end = piece < 250 ? "dropped" : "dropped too late"
            return
        }
        Self.end = "complete"
    }
}

/// Gives its body's sender 0.3 s.
final class LimitedUploadHandler: RequestHandler {
    override class var streamRequestBody: Bool { true }
    private var limit: GreenletTimeout?

    override func prepare() throws { limit = try GreenletTimeout.startNew(0.3) }
    override func dataReceived(_ chunk: [UInt8]) throws {}
    override func put() throws { write("in time") }
    override func writeError(_ statusCode: Int, error: (any Error)?) throws {
        limit?.cancel()
        finish(error is TimeoutError ? "too slow" : "\(String(describing: error))")
    }
}

/// Takes its time with each piece of its body.
final class BlockingUploadHandler: RequestHandler {
    override class var streamRequestBody: Bool { true }
    private var body: [UInt8] = []
    private var isReceiving = false
    private var trouble = ""

    override func prepare() throws {
        _ = block(0.02)
        if try getArgument("refuse", default: nil) != nil { throw HTTPError(403) }
    }
    override func dataReceived(_ chunk: [UInt8]) throws {
        if isReceiving { trouble += ", overlapping" }
        isReceiving = true
        _ = block(0.002)
        isReceiving = false
        body += chunk
    }
    override func put() throws {
        var isOrdered = true
        for (index, byte) in body.enumerated() where byte != UInt8(0x61 + index / 1000 % 26) { isOrdered = false }
        write("\(body.count) bytes\(isOrdered ? "" : ", out of order")\(trouble) in \(placeName())")
    }
}

/// What a server without an application does: waits for as many seconds as its path says, and says in what.
func answerWithoutHandler(_ request: HTTPServerRequest) throws {
    guard request.path != "/echo" else {
        try request.connection.writeHeaders(200, contentLength: request.body.count)
        try request.connection.write(request.body)
        return try request.connection.finish()
    }
    let seconds = Double(request.path.dropFirst()) ?? 0
    guard block(seconds) else { throw Interrupted() }
    if seconds > 1 { throw HTTPError(500) }
    try request.connection.writeHeaders(200)
    for _ in 0..<40 { try request.connection.write([UInt8](repeating: 0x78, count: 64 * 1024)) }
    try request.connection.write(placeName())
    try request.connection.finish()
}

nonisolated(unsafe) let blockingRoutes: [URLSpec] = [
    .url("/block/([0-9.]+)", BlockingHandler.self),
    .url("/block/ending", EndingHandler.self),
    .url("/block/losing", LosingHandler.self),
    .url("/block/stream", BlockingStreamHandler.self),
    .url("/block/upload", BlockingUploadHandler.self),
    .url("/block/limited/stream", LimitedStreamHandler.self),
    .url("/block/limited/upload", LimitedUploadHandler.self),
    .url("/engine", EngineHandler.self),
    .fallback("/block/fallback/.*") { request in
        _ = block(0.05)
        try request.connection.writeHeaders(200, [:], contentLength: nil)
        try request.connection.write(placeName())
        try request.connection.finish()
    },
]
