// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

private let needs = Needs(
    "Prosody",
    from: "prosody",
    ProsodyServer.isInstalled,
    example: "xmpp",
    from: "libstrophe-dev"
)

extension ClientLibraries {
    @Suite(
        "libstrophe, against Prosody",
        .enabled(if: needs.areMet, needs.comment)
    )
    struct XMPPTests {
        @Test("waits for messages together")
        func together() throws {
            let server = try ProsodyServer()
            let app = try ClientApp("xmpp", environment: server.environment)
            let answers = try Cooperation.check(app, Array(repeating: "/wait/2", count: 20))
            #expect(answers.map(\.body) == Array(repeating: "got nothing\n", count: 20), "\(app.process.errors)")
            #expect(try app.stop() == .exited(0))
        }

        @Test("hears what is said meanwhile")
        func results() throws {
            let server = try ProsodyServer()
            let app = try ClientApp("xmpp", environment: server.environment)
            let waiting = try app.send("/wait/30")
            // Until it has logged in, nobody keeps what is said: so it is said until it was heard.
            for _ in 0..<20 where !waiting.isAnswered {
                #expect(try app.get("/say/hello").body == "said hello\n", "\(app.process.errors)")
                usleep(200_000)
            }
            #expect(try waiting.answer().body == "got hello\n")
            #expect(try app.stop() == .exited(0))
        }

        @Test("says that the server has gone, and goes on serving")
        func loss() throws {
            let server = try ProsodyServer()
            let app = try ClientApp("xmpp", environment: server.environment)
            let waiting = try app.send("/wait/30")
            usleep(1_000_000)
            server.kill()
            try Cooperation.checkLoss(app, waiting: waiting, next: "/wait/1")
        }
    }
}
