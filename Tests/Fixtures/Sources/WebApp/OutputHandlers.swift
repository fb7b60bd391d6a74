// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

final class MainHandler: RequestHandler {
    override func get() throws { write("Hello, world") }
    override func head() throws { write("Hello, world") }
    override func post() throws { write(request.body) }
    override class var supportedMethods: [String] { ["GET", "HEAD", "POST"] }
}

final class HostHandler: RequestHandler {
    override func get() throws { write("the host's own") }
}

final class StatusHandler: RequestHandler {
    override func get() throws {
        setStatus(Int(pathArguments[0]) ?? 0, reason: try getArgument("reason", default: nil))
        write(try getArgument("body", default: ""))
    }
}

final class GroupHandler: RequestHandler {
    override func get() throws {
        let names = pathNames.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        write((pathArguments + names).joined(separator: "|"))
    }
}

final class InitializeHandler: RequestHandler {
    private var greeting = ""
    override func initialize(_ arguments: HandlerArguments) throws { greeting = try arguments.value("greeting") }
    override func get() throws { write(greeting) }
}

final class ReverseHandler: RequestHandler {
    override func get() throws {
        write(try application.reverseURL("status", "404") + " ")
        write(try application.reverseURL("group", "a b/ü?") + " ")
        write(try application.reverseURL("named", "x", "y"))
    }
}

final class HeadersHandler: RequestHandler {
    override func setDefaultHeaders() throws { try setHeader("X-Default", "yes") }
    override func get() throws {
        try setHeader("Content-Type", "text/plain")
        try setHeader("X-One", 1)
        try addHeader("X-Two", "a")
        try addHeader("X-Two", "b")
        clearHeader("Server")
        if try getArgument("date", default: "") == "none" { clearHeader("Date") }
        if try getArgument("date", default: "") == "own" { try setHeader("Date", "Sun, 06 Nov 1994 08:49:37 GMT") }
    }
}

/// Puts text from the client where it must not be able to do harm.
final class SetHandler: RequestHandler {
    override func get() throws {
        let value = request.queryArguments["value"].last ?? ""
        switch try getArgument("where") {
        case "value": try setHeader("X-Value", value)
        case "name": try setHeader(value, "x")
        case "location": try redirect(value)
        case "path": try setCookie("a", "b", path: value)
        case "domain": try setCookie("a", "b", domain: value)
        case "cookie": try setCookie("a", value)
        default: throw HTTPError(400)
        }
    }
}

final class RedirectingHandler: RequestHandler {
    override func get() throws { try redirect("/", permanent: try getArgument("permanent", default: nil) != nil) }
}

struct OwnError: HTTPStatusError {
    var statusCode: Int { 409 }
    var reason: String? { "Odd <Conflict>" }
}

struct PlainError: Error {
    let secret = "s3cret"
}

final class FailingHandler: RequestHandler {
    override func get() throws {
        write("never sent")
        try setHeader("X-Never", "sent")
        switch try getArgument("kind") {
        case "plain": throw PlainError()
        case "own": throw OwnError()
        case "finish":
            dropped()
            throw Finish()
        case "send": sendError(503)
        default: throw HTTPError(Int(try getArgument("kind")) ?? 500, "a message\nfor the log")
        }
    }

    private func dropped() {
        clear()
        write("finished early")
    }
}

final class ErrorPageHandler: RequestHandler {
    override func get() throws { throw HTTPError(402) }
    override func writeError(_ statusCode: Int, error: (any Error)?) throws { write("own page \(statusCode)") }
}

final class EtagHandler: RequestHandler {
    override func get() throws {
        if let own = try getArgument("own", default: nil) { try setHeader("Etag", own) }
        write("tagged")
    }
    override func head() throws { try get() }
}

struct Sample: Encodable {
    var text = "a\"b\\\n</script>\u{1}é"
    var numbers = [1.5, -2, 1e300]
    var nested: [String: Int?] = ["none": nil]
    var flag = true
    var large = UInt64.max
    var missing: Int?
}

final class JSONHandler: RequestHandler {
    override func get() throws {
        if try getArgument("bad", default: nil) != nil { return try write(["x": Double.infinity]) }
        try write(Sample())
    }
}

final class MisuseHandler: RequestHandler {
    override func get() throws {
        finish("once")
        write("twice")
        finish()
        setStatus(500)
        try setHeader("X-Late", "1")
        sendError(500)
        flush()
    }
}

final class PreparedHandler: RequestHandler {
    override func prepare() throws {
        if try getArgument("stop", default: nil) != nil { finish("stopped in prepare") }
    }
    override func get() throws { write("after prepare") }
}

final class LateHandler: RequestHandler {
    override func get() throws {
        autoFinish = false
        let uri = request.uri
        IOLoop.current.callLater(.milliseconds(20)) {
            self.finish("late \(uri == self.request.uri ? self.request.uri : "differs")")
        }
    }
}
