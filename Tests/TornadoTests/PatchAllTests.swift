// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// An ordinary executable that calls `Monkey.patchAll()` first thing.
@Suite struct PatchAllTests {
    @Test func anExecutableRunsOnLibeventWithoutGtornado() throws {
        let process = try ChildProcess([try Place.fixture("webapp-patched")])
        let line = try process.line(with: "webapp on ")
        #expect(process.output.contains("ioloop true httpserver true"))
        let port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
        let answer = try RawClient.exchange(
            port: port,
            "GET /closure HTTP/1.1\r\nHost: a\r\n\r\nPOST /closure HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
                + "Connection: close\r\n\r\n"
        )
        #expect(answer.contains("sync closure"))
        #expect(answer.contains("async closure"))
    }
}
