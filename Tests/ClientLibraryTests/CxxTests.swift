// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

private let needs = Needs(
    "nginx",
    from: "nginx-light",
    NginxServer.isInstalled
)

extension ClientLibraries {
    @Suite(
        "C++ with exceptions, against nginx",
        .enabled(if: needs.areMet, needs.comment)
    )
    struct CxxTests {
        @Test("waits in recv together")
        func together() throws {
            let server = try NginxServer()
            let app = try ClientApp("proxy_cpp", environment: ["TARGET_URL": server.url(encrypted: false)])
            let answers = try Cooperation.check(app, Array(repeating: "/wait/2", count: 20))
            #expect(answers.map(\.status) == Array(repeating: 200, count: 20), "\(app.process.errors)")
            #expect(answers.allSatisfy { $0.body == NginxServer.body(seconds: 2) })
            #expect(try app.get("/wait/4").body == "the target: it answered HTTP/1.1 404 Not Found\n")
            #expect(try app.get("/elsewhere").status == 404)
            #expect(try app.stop() == .exited(0))
        }

        /// Each request sleeps inside of its catch block: the exceptions being handled belong to the request.
        @Test("handles exceptions of many requests at once")
        func exceptions() throws {
            let app = try ClientApp("proxy_cpp", environment: ["TARGET_URL": "http://127.0.0.1:\(try FreePort.take())"])
            let waiting = try (0..<50).map { try app.send("/wait/\($0)") }
            for request in waiting {
                let answer = try request.answer()
                #expect(answer.status == 503)
                #expect(answer.body.components(separatedBy: "Connection refused").count == 3, "\(answer.body)")
            }
            #expect(try app.stop() == .exited(0), "\(app.process.errors)")
        }

        @Test("says that the target has gone, and goes on serving")
        func loss() throws {
            let server = try NginxServer()
            let app = try ClientApp("proxy_cpp", environment: ["TARGET_URL": server.url(encrypted: false)])
            let waiting = try app.send("/wait/30")
            usleep(500_000)
            server.kill()
            // Whether the connection is reset or only ends is up to the kernel.
            #expect([502, 503].contains(try waiting.answer().status))
            #expect(try app.get("/wait/1").status == 503)
            #expect(try app.get("/").status == 200)
            #expect(try app.stop() == .exited(0))
        }
    }
}
