// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

final class MainHandler: RequestHandler {
    override func get() throws {
        write("Ask for /wait/SECONDS, and for /publish/WORD meanwhile\n")
    }
}

/// A handler that knows where the broker is, and which queue is meant.
class QueueHandler: RequestHandler {
    private var address: Address?

    override func initialize(_ arguments: HandlerArguments) throws {
        self.address = try arguments.value("address", as: Address.self)
    }

    /// Calls with a connection, and the name of a queue that exists.
    func withQueue<R>(_ body: (Connection, String) throws -> R) throws -> R {
        guard let address = self.address else { throw HTTPError(500) }
        let queue = try getArgument("queue", default: "words")
        let connection = try Connection(address)
        try connection.declare(queue)
        let result = try body(connection, queue)
        connection.close()
        return result
    }
}

/// Waits for a message.
final class WaitHandler: QueueHandler {
    override func get() throws {
        guard let seconds = Double(pathArguments[0]) else { throw HTTPError(400) }
        let word = try self.withQueue { try $0.consume($1, seconds: seconds) }
        write(word.map { "got \($0)\n" } ?? "got nothing\n")
    }
}

/// Sends a message.
final class PublishHandler: QueueHandler {
    override func get() throws {
        let word = pathArguments[0]
        try self.withQueue { try $0.publish(word, to: $1) }
        write("published \(word)\n")
    }
}

func serve() throws {
    let url = getenv("AMQP_URL").map { String(cString: $0) } ?? "amqp://guest:guest@127.0.0.1:5672/%2f"
    let address = try Address(url)
    let app = Application([
        .url("/", MainHandler.self),
        .url("/wait/([0-9.]+)", WaitHandler.self, ["address": address]),
        .url("/publish/([^/]+)", PublishHandler.self, ["address": address]),
    ])
    try app.listen(8888)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("amqp", main: serve) }
