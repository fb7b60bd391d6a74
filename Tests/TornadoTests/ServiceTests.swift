// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import TestKit
import Testing

/// The app `service-main` (Tests/Fixtures/Sources/ServiceApp): servers in a group of swift-service-lifecycle.
@Suite("Servers as services")
struct ServiceTests {
    @Test("a signal lets what is under way be answered, and ends the group")
    func gracefulShutdown() throws {
        let app = try ChildProcess([Place.fixture("service-main")])
        let web = try Self.port(of: app.line(with: "http "))
        let echo = try Self.port(of: app.line(with: "tcp "))
        let request = try RawClient(port: web)
        request.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        let line = try RawClient(port: echo)
        line.send("hello\n")
        try app.line(with: "began")
        try app.line(with: "line")
        app.send(SIGTERM)
        let answer = request.receive(seconds: 30).text
        #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
        #expect(answer.hasSuffix("slow but sure"), "\(answer)")
        #expect(line.receive(seconds: 30).text == "hello\n")
        #expect(try app.wait() == .exited(0), "\(app.errors)")
        #expect(app.output.hasSuffix("over\n"))
    }

    private static func port(of line: String) throws -> UInt16 {
        try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
    }
}
