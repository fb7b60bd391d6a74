// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

extension ClientLibraries {
    @Suite(
        "libc's resolver, against dnsmasq",
        .enabled(if: NameServer.obstacle == nil, "needs dnsmasq as its name server: \(NameServer.obstacle ?? "")")
    )
    struct ResolverTests {
        @Test("waits for answers together")
        func together() throws {
            let server = try NameServer()
            let app = try ClientApp("lookup", prefix: server.prefix)
            #expect(try app.get("/lookup/fast.test").body == "192.0.2.1\n", "\(app.process.errors)")
            let start = Date()
            let waiting = try (0..<20).map { try app.send("/lookup/name\($0).slow.test") }
            usleep(100_000)
            let asked = Date()
            #expect(try app.get("/").status == 200)
            #expect(Date().timeIntervalSince(asked) < 0.8)
            #expect(try waiting.map { try $0.answer().body } == Array(repeating: "192.0.2.2\n", count: 20))
            let took = Date().timeIntervalSince(start)
            #expect(took > 0.9 && took < 10, "\(took) s")
            #expect(try app.stop() == .exited(0))
        }

        @Test("says that nobody answers, and goes on serving")
        func loss() throws {
            let server = try NameServer()
            let app = try ClientApp("lookup", prefix: server.prefix)
            #expect(try app.get("/lookup/fast.test").status == 200)
            let waiting = try app.send("/lookup/silent.dead.test")
            #expect(try app.get("/lookup/fast.test").body == "192.0.2.1\n")
            #expect(try waiting.answer().status == 502)
            server.kill()
            #expect(try app.get("/lookup/fast.test").status == 502)
            #expect(try app.get("/").status == 200)
            #expect(try app.stop() == .exited(0))
        }
    }
}
