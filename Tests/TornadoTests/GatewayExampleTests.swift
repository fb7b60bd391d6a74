// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import TestKit
import Testing

/// The example of uWSGI's Tornado engine: a callback of the HTTP client resumes the greenlet that asked.
@Suite struct GatewayExampleTests {
    private static let flags = ["--tornado", "100", "--greenlet"]
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    @Test(arguments: [Provider.libeventLoop, .libevent, .evhttp])
    func pagesAreFetchedSideBySide(provider: Provider) throws {
        // Each page takes two seconds: one after the other would be sixteen.
        let pages = try RunningPlugin(.libevent, try Place.example("libgateway_c.so"))
        let gateway = try RunningPlugin(
            provider,
            try Place.example("libgateway.so"),
            Self.flags,
            environment: ["GATEWAY_URL": "http://localhost:\(pages.port)/wait/2"]
        )
        let clients = try (0..<8).map { _ in try RawClient(port: gateway.port) }
        let started = ContinuousClock.now
        for client in clients { client.send(Self.get) }
        for client in clients {
            let answer = try Answer(client.receive(seconds: 15).text)
            #expect(answer.status == 200)
            #expect(answer.body == "Slept for 2 s.\n")
        }
        #expect(ContinuousClock.now - started < .seconds(14))
    }

    @Test func aPageThatIsNotThereIsTold() throws {
        let page = "HTTP/1.1 404 Gone Fishing\r\nContent-Length: 0\r\n\r\n"
        let peer = try RawServer(RawServer.Script(Array(page.utf8)))
        let gateway = try RunningPlugin(
            .libevent,
            try Place.example("libgateway.so"),
            Self.flags,
            environment: ["GATEWAY_URL": "http://127.0.0.1:\(peer.port)/"]
        )
        let answer = try gateway.request("/")
        #expect(answer.status == 502)
        #expect(answer.body == "There is no page: Gone Fishing\n")
        // What is printed to a file is written at the end.
        gateway.process.send(SIGTERM)
        #expect(try gateway.process.wait() == .exited(0))
        #expect(gateway.process.output.contains("Error: HTTP 404: Gone Fishing"))
    }

    /// The example has one port, which somebody else on this machine may have.
    private static var isPortFree: Bool { (try? RawClient(port: 8888)) == nil }

    @Test(.enabled(if: isPortFree, "port 8888 is taken"))
    func withoutGreenletsItSaysThatItNeedsThem() throws {
        let process = try ChildProcess([try Place.example("gateway-standalone")])
        var client: RawClient?
        for _ in 0..<200 where client == nil {
            client = try? RawClient(port: 8888)
            if client == nil { usleep(20_000) }
        }
        let connected = try #require(client, "nobody listens on port 8888: \(process.errors)")
        connected.send(Self.get)
        let answer = try Answer(connected.receive().text)
        #expect(answer.status == 501)
        #expect(answer.body.contains("gtornado run"))
    }
}
