// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

private let needs = Needs(
    "PostgreSQL",
    from: "postgresql",
    PostgreSQLServer.isInstalled,
    example: "postgres",
    from: "libpq-dev"
)

extension ClientLibraries {
    @Suite(
        "libpq, against PostgreSQL",
        .enabled(if: needs.areMet, needs.comment)
    )
    struct PostgreSQLTests {
        @Test("waits for queries together, encrypted or not", arguments: [false, true])
        func together(encrypted: Bool) throws {
            let server = try PostgreSQLServer()
            let app = try ClientApp("postgres", environment: ["DATABASE_URL": server.url(encrypted: encrypted)])
            let answers = try Cooperation.check(app, (0..<20).map { "/wait/2?say=word\($0)" })
            #expect(answers.map(\.status) == Array(repeating: 200, count: 20), "\(app.process.errors)")
            #expect(answers.map(\.body) == (0..<20).map { "word\($0)\n" })
            #expect(try app.get("/state").body == "encrypted \(encrypted), connections 20\n")
            #expect(try app.stop() == .exited(0))
        }

        @Test("shares as many connections as it may, and no more", arguments: [(5, 20), (100, 200)])
        func pool(connections: Int, requests: Int) throws {
            let server = try PostgreSQLServer()
            let app = try ClientApp(
                "postgres",
                environment: [
                    "DATABASE_URL": server.url(encrypted: false),
                    "DATABASE_CONNECTIONS": "\(connections)",
                ]
            )
            let start = Date()
            let waiting = try (0..<requests).map { try app.send("/wait/0.5?say=\($0)") }
            #expect(try waiting.map { try $0.answer().body } == (0..<requests).map { "\($0)\n" })
            let least = Double(requests / connections) * 0.5 - 0.1
            #expect(Date().timeIntervalSince(start) > least, "\(requests) half seconds, \(connections) at a time")
            #expect(try app.get("/state").body == "encrypted false, connections \(connections)\n")
            #expect(try app.stop() == .exited(0))
        }

        @Test("says that the database has gone, and goes on serving", arguments: [false, true])
        func loss(encrypted: Bool) throws {
            let server = try PostgreSQLServer()
            let app = try ClientApp("postgres", environment: ["DATABASE_URL": server.url(encrypted: encrypted)])
            #expect(try app.get("/wait/0?say=before").body == "before\n")
            let waiting = try app.send("/wait/30")
            usleep(500_000)
            server.kill()
            try Cooperation.checkLoss(app, waiting: waiting, next: "/wait/0")
        }
    }
}
