// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Every behaviour of gateway applications behind a path of its own, on one port; on a second one, bodies that are arrays.
///
/// Listens on free ports and prints them.
func serve() throws {
    var settings = HTTPServer.Settings()
    settings.maxBodySize = 8 * 1024 * 1024
    settings.maxBufferSize = 64 * 1024
    settings.decompressRequest = getenv("GATEWAYAPP_DECOMPRESS") != nil
    let lazy = try Gateway(settings: settings, application).listen(0, address: "127.0.0.1")
    let ending = Gateway(arrays)
    ending.endsOnDisconnect = true
    let whole = try ending.listen(on: "127.0.0.1:0")
    let line = Array("gatewayapp on \(lazy.address) and \(whole.address)\n".utf8)
    _ = Glibc.write(2, line, line.count)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("gatewayapp", main: serve) }

private let plain = [("Content-Type", "text/plain")]

/// An error of the fixture's own.
struct Mishap: Error {}

func arrays(_ environ: Gateway.Environ, _ startResponse: Gateway.StartResponse) throws -> [String] {
    if environ["PATH_INFO"] == "/sleep", sleep(60) > 0 {
        environ.errors.write("the sleep was ended")
        throw Mishap()
    }
    try startResponse("200 OK", plain)
    return environ["PATH_INFO"] == "/none" ? [] : ["one", "", "two"]
}

func application(
    _ environ: Gateway.Environ,
    _ startResponse: Gateway.StartResponse
) throws -> AnySequence<[UInt8]> {
    switch environ["PATH_INFO"] ?? "" {
    case let path where path.hasPrefix("/input/"): return try input(path, environ, startResponse)
    case let path where path.hasPrefix("/fail/"): return try fail(path, startResponse)
    case "/write":
        let write = try startResponse("202 Taken", plain)
        try write("first ")
        try write(Array("second ".utf8))
        return pieces("third")
    case "/lazy":
        try startResponse("200 OK", plain)
        return counted(Int(environ["QUERY_STRING"] ?? "") ?? 0)
    case "/made":
        try startResponse("200 OK", plain)
        return pieces("\(made)")
    case "/late":
        // As in a generator, startResponse comes with the first piece.
        return AnySequence { AnyIterator(LateBody(startResponse: startResponse)) }
    case "/empty":
        try startResponse("204 No Content", [] as [(String, String)])
        return pieces()
    case "/errors":
        environ.errors.write("the application has this to say\n")
        try startResponse("200 OK", ["X-A": "1", "X-A": "2"] as HTTPHeaders)
        return pieces("said")
    default:
        try startResponse("200 OK", plain)
        return pieces(environ.variables.map { "\($0)=\($1)" }.sorted().joined(separator: "\n") + "\n")
    }
}

func pieces(_ texts: String...) -> AnySequence<[UInt8]> {
    AnySequence(texts.map { Array($0.utf8) })
}

/// How many pieces of /lazy were asked for.
nonisolated(unsafe) private var made = 0

/// Pieces of 16 KiB, made one by one.
private func counted(_ count: Int) -> AnySequence<[UInt8]> {
    made = 0
    return AnySequence(
        (0..<count).lazy.map { index in
            made += 1
            return [UInt8](repeating: UInt8(ascii: "a") + UInt8(index % 26), count: 16 * 1024)
        }
    )
}

private struct LateBody: IteratorProtocol {
    let startResponse: Gateway.StartResponse
    var rest = ["late", "body"]

    mutating func next() -> [UInt8]? {
        if self.rest.count == 2 { _ = try? self.startResponse("200 OK", plain) }
        return self.rest.isEmpty ? nil : Array(self.rest.removeFirst().utf8)
    }
}

// MARK: wsgi.input

private func input(
    _ path: String,
    _ environ: Gateway.Environ,
    _ startResponse: Gateway.StartResponse
) throws -> AnySequence<[UInt8]> {
    let input = environ.input
    var parts: [[UInt8]] = []
    switch path {
    case "/input/whole":
        parts = [try input.read(), try input.read()]
    case "/input/pieces":
        while case let piece = try input.read(4), !piece.isEmpty { parts.append(piece) }
    case "/input/lines":
        parts = try input.readLines()
    case "/input/line":
        parts = [
            try input.readLine(3), try input.readLine(), try input.read(2), try input.readLine(), try input.read(),
        ]
    case "/input/two":
        // Answers when so much of the body is there, whatever comes behind it.
        parts = [try input.read(2)]
    case "/input/limited":
        do {
            parts = [try Timeout.with(0.3) { try input.read() }]
        } catch let error as TimeoutError where error.cause == nil {
            // The limit's own error, and none that was made of its number.
            parts = [Array("too slow".utf8)]
        }
    default:
        break
    }
    try startResponse("200 OK", plain)
    return AnySequence(parts.map { [0x5B] + $0 + [0x5D] })
}

// MARK: Mistakes

private func fail(_ path: String, _ startResponse: Gateway.StartResponse) throws -> AnySequence<[UInt8]> {
    switch path {
    case "/fail/before":
        throw Mishap()
    case "/fail/after":
        try startResponse("200 OK", plain)
        throw Mishap()
    case "/fail/sent":
        let write = try startResponse("200 OK", plain)
        try write("some of it")
        throw Mishap()
    case "/fail/silent":
        return pieces("a body without a status")
    case "/fail/twice":
        try startResponse("200 OK", plain)
        try startResponse("201 Created", plain)
    case "/fail/other":
        try startResponse("200 OK", plain)
        try startResponse("503 Busy", plain, excInfo: Mishap())
        return pieces("busy")
    case "/fail/late":
        let write = try startResponse("200 OK", plain)
        try write("some of it")
        try startResponse("503 Busy", plain, excInfo: Mishap())
    case "/fail/short":
        try startResponse("200 OK", [("Content-Length", "10")])
        return pieces("short")
    case "/fail/long":
        try startResponse("200 OK", [("Content-Length", "3")])
        return pieces("abc", "def")
    default:
        let heads: [String: (String, [(String, String)])] = [
            "/fail/status": ("fine", plain), "/fail/number": ("2000 OK", plain),
            "/fail/interim": ("100 Go on", plain),
            "/fail/field": ("200 OK", [("X", "a\r\nb: c")]), "/fail/name": ("200 OK", [("X Y", "a")]),
            "/fail/hop": ("200 OK", [("Connection", "close")]), "/fail/reason": ("200 O\r\nK", plain),
            "/fail/length": ("200 OK", [("Content-Length", "x")]),
        ]
        guard let head = heads[path] else { break }
        try startResponse(head.0, head.1)
    }
    return pieces("unexpected")
}
