// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CStrophe
import Glibc
import Tornado

final class MainHandler: RequestHandler {
    override func get() throws {
        write("Ask for /wait/SECONDS, and for /say/WORD meanwhile\n")
    }
}

/// A handler that logs in.
class AccountHandler: RequestHandler {
    nonisolated(unsafe) private static var sessions = 0
    private(set) var account: Account?

    override func initialize(_ arguments: HandlerArguments) throws {
        self.account = try arguments.value("account", as: Account.self)
    }

    /// Calls with a log-in of its own.
    func withSession<R>(_ body: (Session, Account) throws -> R) throws -> R {
        guard let account = self.account else { throw HTTPError(500) }
        Self.sessions += 1
        let session = try Session(account, resource: "handler-\(getpid())-\(Self.sessions)")
        let result = try body(session, account)
        try session.close()
        return result
    }
}

/// Waits for a message to the account.
final class WaitHandler: AccountHandler {
    override func get() throws {
        guard let seconds = Double(pathArguments[0]) else { throw HTTPError(400) }
        let word = try self.withSession { session, _ in
            session.bePresent()
            return try session.hear(seconds: seconds)
        }
        write(word.map { "got \($0)\n" } ?? "got nothing\n")
    }
}

/// Sends the account a message, and waits until the server has it.
final class SayHandler: AccountHandler {
    override func get() throws {
        let word = pathArguments[0]
        try self.withSession { session, account in
            session.say(word, to: account.jid)
            try session.ping()
        }
        write("said \(word)\n")
    }
}

func serve() throws {
    let account = try Account()
    xmpp_initialize()
    let app = Application([
        .url("/", MainHandler.self),
        .url("/wait/([0-9.]+)", WaitHandler.self, ["account": account]),
        .url("/say/([^/]+)", SayHandler.self, ["account": account]),
    ])
    try app.listen(8888)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("xmpp", main: serve) }
