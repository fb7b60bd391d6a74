// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import TestKit
import Testing

@Suite struct WaitingTests {
    @Test(arguments: Provider.allCases)
    func waitsOnTheLoop(provider: Provider) throws {
        let server = try WebServer(provider)
        let answer = try server.request("/async?x=1")
        #expect(answer.status == 200 && answer.body == "waited /async?x=1" && answer["X-Prepared"] == "yes")
        #expect(try server.request("/async?fail=1").status == 418)
        #expect(try server.request("/async", method: "POST", body: "async body").body == "async body")
        #expect(try server.request("/async", method: "PUT", body: "").status == 405)
        #expect(try server.request("/closure", method: "POST", body: "").body == "async closure")
        #expect(try server.request("/late").body == "late /late")
        try server.process.line(with: "200 GET /async?x=1 (127.0.0.1) ")
    }

    @Test(arguments: Provider.allCases)
    func streamsAnswers(provider: Provider) throws {
        let server = try WebServer(provider)
        let answer = try server.request("/stream?pieces=3")
        #expect(answer.status == 200 && answer.body.utf8.count == 3000 && answer["Etag"] == nil)
        #expect(answer["Transfer-Encoding"] == "chunked")
        if !provider.isEvhttp {
            let counted = try server.request("/stream?pieces=3&length=1")
            #expect(counted["Content-Length"] == "3000" && counted.body.utf8.count == 3000)
        }
        #expect(try server.request("/async/stream?pieces=40").body.utf8.count == 40 * 65536)
    }

    /// The client reads nothing: the handler must stop writing long before its 19 MB.
    @Test(arguments: Provider.allCases.filter { !$0.isEvhttp })
    func waitsForSlowClients(provider: Provider) throws {
        let server = try WebServer(provider)
        let client = try RawClient(port: server.port)
        client.send("GET /async/stream?pieces=300 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        var before = -1
        var written = 0
        for _ in 0..<50 where before != written {
            before = written
            usleep(100_000)
            written = Int(try server.request("/async/stream", method: "HEAD")["X-Written"] ?? "") ?? 0
        }
        #expect(written > 0 && written < 16 * 1024 * 1024)
        var total = 0
        var last = (text: "", isClosed: false)
        repeat {
            let part = client.receive(until: { _ in true })
            total += part.text.unicodeScalars.count
            last = (part.isClosed ? last.text : part.text, part.isClosed || part.text.isEmpty)
        } while !last.isClosed
        #expect(total > 300 * 65536 && last.text.hasSuffix("0\r\n\r\n"))
    }

    @Test(arguments: Provider.allCases)
    func breaksOffBrokenAnswers(provider: Provider) throws {
        let server = try WebServer(provider)
        let client = try RawClient(port: server.port)
        client.send("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n")
        let (text, isClosed) = client.receive()
        #expect(isClosed && !text.contains("0\r\n\r\n"))
        #expect(try server.request("/").status == 200)
    }

    /// libevent's own server does not look at a connection while its request waits: it says so in its limitations.
    @Test(arguments: Provider.allCases.filter { !$0.isEvhttp })
    func tellsOfClientsThatLeave(provider: Provider) throws {
        let server = try WebServer(provider)
        for _ in 0..<3 {
            let client = try RawClient(port: server.port)
            client.send("GET /hang HTTP/1.1\r\nHost: a\r\n\r\n")
            usleep(50_000)
            withExtendedLifetime(client) {}
        }
        var count = ""
        for _ in 0..<50 where count != "3" {
            usleep(20_000)
            count = try server.request("/gone").body
        }
        #expect(count == "3")
    }

    @Test(arguments: Provider.allCases)
    func givesConnectionsAway(provider: Provider) throws {
        let server = try WebServer(provider)
        let text = try RawClient.exchange(port: server.port, "GET /detach HTTP/1.1\r\nHost: a\r\n\r\nunread bytes")
        #expect(text == "raw unread bytes")
        #expect(try server.request("/").status == 200)
    }
}
