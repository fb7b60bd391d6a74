// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Where Redis is: redis://host:port.
struct Address {
    var host = "127.0.0.1"
    var port: Int32 = 6379

    init(_ url: String) {
        let place = url.hasPrefix("redis://") ? url.dropFirst("redis://".count) : url[...]
        let parts = place.prefix { $0 != "/" }.split(separator: ":")
        if let first = parts.first { self.host = String(first) }
        if parts.count > 1, let number = Int32(parts[1]) { self.port = number }
    }

    func connect() throws -> Connection { try Connection(host: self.host, port: self.port) }
}

final class MainHandler: RequestHandler {
    override func get() throws {
        write("Ask for /wait/SECONDS, and for /push/WORD meanwhile\n")
    }
}

/// A handler that knows where Redis is, and which list is meant.
class ListHandler: RequestHandler {
    private(set) var address = Address("")
    var list: String { get throws { try getArgument("list", default: "words") } }

    override func initialize(_ arguments: HandlerArguments) throws {
        self.address = try arguments.value("address")
    }
}

/// Waits for something in a list.
final class WaitHandler: ListHandler {
    override func get() throws {
        // A connection for each: one that waits in BLPOP can do nothing else.
        let reply = try self.address.connect().command("BLPOP", try self.list, pathArguments[0])
        switch reply {
        case .array(let found): if case .text(let word)? = found.last { write("got \(word)\n") }
        case .null: write("got nothing\n")
        default: throw RedisError("an answer that BLPOP does not give: \(reply)")
        }
    }
}

/// Puts something into a list.
final class PushHandler: ListHandler {
    override func get() throws {
        _ = try self.address.connect().command("RPUSH", try self.list, pathArguments[0])
        write("pushed \(pathArguments[0])\n")
    }
}

func serve() throws {
    let address = Address(getenv("REDIS_URL").map { String(cString: $0) } ?? "redis://127.0.0.1:6379")
    let app = Application([
        .url("/", MainHandler.self),
        .url("/wait/([0-9.]+)", WaitHandler.self, ["address": address]),
        .url("/push/([^/]+)", PushHandler.self, ["address": address]),
    ])
    try app.listen(8888)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("redis", main: serve) }
