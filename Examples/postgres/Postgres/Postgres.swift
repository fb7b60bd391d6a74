// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

final class MainHandler: RequestHandler {
    override func get() throws {
        write("Ask for /wait/SECONDS\n")
    }
}

/// A handler that has the pool.
class DatabaseHandler: RequestHandler {
    private(set) var pool = ConnectionPool(address: "", limit: 0)

    override func initialize(_ arguments: HandlerArguments) throws {
        self.pool = try arguments.value("pool")
    }
}

/// Lets the database sleep, and answers with what it was told to say.
final class WaitHandler: DatabaseHandler {
    override func get() throws {
        let words = try getArgument("say", default: "waited")
        let answer = try self.pool.withConnection {
            try $0.value("select $2::text from pg_sleep($1::float8)", [pathArguments[0], words])
        }
        write((answer ?? "") + "\n")
    }
}

/// Says whether the connection is encrypted, and how many there are.
final class StateHandler: DatabaseHandler {
    override func get() throws {
        let isEncrypted = try self.pool.withConnection { $0.isEncrypted }
        write("encrypted \(isEncrypted), connections \(self.pool.count)\n")
    }
}

func serve() throws {
    // postgresql://user:password@host:port/name?sslmode=verify-full, or nothing: then libpq takes PGHOST and its like.
    let address = getenv("DATABASE_URL").map { String(cString: $0) } ?? ""
    let limit = getenv("DATABASE_CONNECTIONS").flatMap { Int(String(cString: $0)) } ?? 100
    let pool = ConnectionPool(address: address, limit: limit)
    let app = Application([
        .url("/", MainHandler.self),
        .url("/wait/([0-9.]+)", WaitHandler.self, ["pool": pool]),
        .url("/state", StateHandler.self, ["pool": pool]),
    ])
    try app.listen(8888)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("postgres", main: serve) }
