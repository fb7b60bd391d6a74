// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// An ordinary executable that calls `Monkey.patchAll()` first thing.
@Suite struct PatchAllTests {
    /// Of "webapp on ADDRESS:PORT URL".
    private static func port(_ line: String) -> UInt16? {
        line.split(separator: " ").dropFirst(2).first?.split(separator: ":").last.flatMap { UInt16($0) }
    }

    @Test func anExecutableRunsOnLibeventWithoutGtornado() throws {
        let process = try ChildProcess([try Place.fixture("webapp-patched")])
        let line = try process.line(with: "webapp on ")
        #expect(process.output.contains("ioloop true httpserver true"))
        #expect(process.output.contains("socket true file false original true"))
        #expect(process.output.contains("resolver threads (nothing was registered)"))
        let port = try #require(Self.port(line))
        let answer = try RawClient.exchange(
            port: port,
            "GET /closure HTTP/1.1\r\nHost: a\r\n\r\nPOST /closure HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
                + "Connection: close\r\n\r\n"
        )
        #expect(answer.contains("sync closure"))
        #expect(answer.contains("async closure"))
    }

    @Test func piecesCanBePatchedAfterwards() throws {
        let process = try ChildProcess(
            [try Place.fixture("webapp-patched")],
            environment: ["WEBAPP_PATCH_SEPARATELY": "1"]
        )
        let line = try process.line(with: "webapp on ")
        #expect(process.output.contains("ioloop true httpserver true"))
        let port = try #require(Self.port(line))
        // Handlers still have greenlets, which wait on the loop that was put in last: two seconds are not four.
        let clients = try (0..<2).map { _ in try RawClient(port: port) }
        let begun = Date()
        for client in clients { client.send("GET /block/2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") }
        for client in clients { #expect(try Answer(client.receive(seconds: 20).text).status == 200) }
        #expect(Date().timeIntervalSince(begun) < 3.9)
    }
}
