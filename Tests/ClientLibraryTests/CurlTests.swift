// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

private let needs = Needs(
    "nginx",
    from: "nginx-light",
    NginxServer.isInstalled,
    example: "fetch",
    from: "libcurl4-openssl-dev"
)

extension ClientLibraries {
    @Suite(
        "libcurl, against nginx",
        .enabled(if: needs.areMet, needs.comment)
    )
    struct CurlTests {
        private func start(_ server: NginxServer, encrypted: Bool) throws -> ClientApp {
            try ClientApp(
                "fetch",
                environment: ["TARGET_URL": server.url(encrypted: encrypted), "TARGET_CAFILE": server.authorities]
            )
        }

        @Test("waits for answers together, encrypted or not", arguments: [true, false])
        func together(encrypted: Bool) throws {
            let server = try NginxServer()
            let app = try self.start(server, encrypted: encrypted)
            let answers = try Cooperation.check(app, Array(repeating: "/wait/2", count: 20))
            #expect(answers.map(\.status) == Array(repeating: 200, count: 20), "\(app.process.errors)")
            #expect(answers.allSatisfy { $0.body == NginxServer.body(seconds: 2) })
            #expect(try app.stop() == .exited(0))
        }

        @Test("passes errors on")
        func errors() throws {
            let server = try NginxServer()
            let app = try self.start(server, encrypted: true)
            #expect(try app.get("/wait/4").status == 502, "there is no such file")
            let distrustful = try ClientApp("fetch", environment: ["TARGET_URL": server.url(encrypted: true)])
            #expect(try distrustful.get("/wait/1").status == 502, "nobody whom the system trusts signed it")
            #expect(try app.get("/wait/1").body == NginxServer.body(seconds: 1))
            #expect(try app.stop() == .exited(0))
        }

        @Test("says that nginx has gone, and goes on serving")
        func loss() throws {
            let server = try NginxServer()
            let app = try self.start(server, encrypted: true)
            let waiting = try app.send("/wait/30")
            usleep(500_000)
            server.kill()
            try Cooperation.checkLoss(app, waiting: waiting, next: "/wait/1", status: 502)
        }
    }
}
