// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

private let needs = Needs(
    "Redis",
    from: "redis-server",
    RedisServer.isInstalled,
    example: "redis",
    from: "libhiredis-dev"
)

extension ClientLibraries {
    @Suite(
        "hiredis, against Redis",
        .enabled(if: needs.areMet, needs.comment)
    )
    struct RedisTests {
        @Test("waits in BLPOP together")
        func together() throws {
            let server = try RedisServer()
            let app = try ClientApp("redis", environment: ["REDIS_URL": server.url])
            let answers = try Cooperation.check(app, (0..<20).map { "/wait/2?list=list\($0)" })
            #expect(answers.map(\.body) == Array(repeating: "got nothing\n", count: 20), "\(app.process.errors)")
            #expect(try app.stop() == .exited(0))
        }

        @Test("gives each what was pushed for it, while all wait")
        func results() throws {
            let server = try RedisServer()
            let app = try ClientApp("redis", environment: ["REDIS_URL": server.url])
            let waiting = try (0..<20).map { try app.send("/wait/30?list=list\($0)") }
            for number in (0..<20).reversed() {
                #expect(try app.get("/push/word\(number)?list=list\(number)").body == "pushed word\(number)\n")
            }
            #expect(try waiting.map { try $0.answer().body } == (0..<20).map { "got word\($0)\n" })
            #expect(try app.stop() == .exited(0))
        }

        @Test("says that Redis has gone, and goes on serving")
        func loss() throws {
            let server = try RedisServer()
            let app = try ClientApp("redis", environment: ["REDIS_URL": server.url])
            let waiting = try app.send("/wait/30")
            usleep(500_000)
            server.kill()
            try Cooperation.checkLoss(app, waiting: waiting, next: "/wait/1")
        }
    }
}
