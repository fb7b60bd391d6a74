// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// Clients that send all they have and close their sending half: legal, and answered as far as their requests are whole.
@Suite struct HalfCloseTests {
    private static let servers = Provider.allCases.filter { !$0.isEvhttp }
    private static let sync = "GET /closure HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let async = "POST /closure HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"

    private func statuses(_ server: WebServer, _ text: String) throws -> (codes: [String], isClosed: Bool) {
        let client = try RawClient(port: server.port)
        client.send(text)
        client.closeSending()
        let (answer, isClosed) = client.receive()
        let codes = answer.split(separator: "HTTP/1.1 ").map { String($0.prefix(3)) }
        return (codes, isClosed)
    }

    @Test(arguments: servers)
    func everyWholeRequestIsAnswered(provider: Provider) throws {
        let server = try WebServer(provider)
        let (sync, async) = (Self.sync, Self.async)
        let cases = [
            (sync, ["200"]), (sync + sync, ["200", "200"]), (async, ["200"]),
            (async + sync + async, ["200", "200", "200"]),
            (async + sync.prefix(10), ["200", "400"]), (String(sync.prefix(10)), ["400"]),
        ]
        for (text, expected) in cases {
            let (codes, isClosed) = try self.statuses(server, text)
            #expect(codes == expected, "\(text.debugDescription)")
            #expect(isClosed)
        }
    }

    @Test(arguments: servers)
    func aFloodOfRequestsBehindAWaitingOneIsAnswered(provider: Provider) throws {
        let server = try WebServer(provider)
        // Over twice what is kept of further requests while one is being served.
        let flood = String(repeating: Self.sync, count: 5000)
        let (codes, isClosed) = try self.statuses(server, Self.async + flood)
        #expect(codes.count == 5001)
        #expect(Set(codes) == ["200"])
        #expect(isClosed)
    }
}
