// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// Synchronous handlers that block: in greenlets, and so without holding anybody up.
@Suite struct BlockingTests {
    private static let providers = Provider.allCases.filter(\.hasGreenlets)
    /// evhttp does not tell that a client has gone, nor streams.
    static let complete = providers.filter { !$0.isEvhttp }

    @Test(arguments: providers)
    func fiftyOverlap(provider: Provider) throws {
        let server = try WebServer(provider)
        let begun = Date()
        let clients = try (0..<50).map { _ in try server.send("/block/0.2", "Connection: close\r\n") }
        for client in clients {
            let answer = try Answer(client.receive(seconds: 10).text)
            #expect(answer.status == 200 && answer.body == "/block/0.2 in GET /block/0.2")
        }
        // One after the other they would take ten seconds.
        #expect(Date().timeIntervalSince(begun) < 5)
    }

    @Test(arguments: Provider.allCases)
    func everySynchronousHandlerIsInAGreenletOfItsName(provider: Provider) throws {
        let server = try WebServer(provider)
        func place(_ name: String) -> String { provider.hasGreenlets ? name : "the loop" }
        #expect(try server.request("/block/closure?x=y").body == place("GET /block/closure"))
        #expect(try server.request("/block/fallback/a").body == place("GET /block/fallback/a"))
        #expect(try server.request("/block/0.01?x=y").body == "/block/0.01?x=y in \(place("GET /block/0.01"))")
        #expect(try server.request("/block/0.01", method: "POST", body: "a body").body == "a body")
        // 47 bytes are kept of a name.
        let long = "/block/fallback/" + String(repeating: "n", count: 40)
        #expect(try server.request(long).body == place(String("GET \(long)".prefix(47))))
        #expect(try server.request("/block/0.05?fail=1").status == 418)
        #expect(try server.engine("cores") == "0 busy, 0 waiting, 0 refused")
    }

    @Test(arguments: complete)
    func aStreamedBodyKeepsItsOrder(provider: Provider) throws {
        let server = try WebServer(provider)
        let pieces = (0..<300).map { String(repeating: String(UnicodeScalar(UInt8(0x61 + $0 % 26))), count: 1000) }
        let whole = try server.request("/block/upload", method: "PUT", body: pieces.joined())
        #expect(whole.body == "300000 bytes in PUT /block/upload")
        let client = try RawClient(port: server.port)
        client.send(
            "PUT /block/upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
                + "Expect: 100-continue\r\n\r\n"
        )
        #expect(client.receive(until: { $0.hasSuffix("\r\n\r\n") }).text == "HTTP/1.1 100 Continue\r\n\r\n")
        for piece in pieces { client.send("3e8\r\n\(piece)\r\n") }
        client.send("0\r\n\r\n")
        #expect(try Answer(client.receive(seconds: 10).text).body == "300000 bytes in PUT /block/upload")
        #expect(try server.request("/block/upload?refuse=1", method: "PUT", body: "x").status == 403)
        #expect(try server.request("/block/upload", method: "PUT").body == "0 bytes in PUT /block/upload")
    }

    @Test(arguments: complete)
    func anUploadThatBreaksOffEndsItsGreenlet(provider: Provider) throws {
        let server = try WebServer(provider)
        do {
            let client = try RawClient(port: server.port)
            client.send("PUT /block/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nabc")
            #expect(try server.engine("cores", is: "1 busy, 0 waiting, 0 refused") == "1 busy, 0 waiting, 0 refused")
        }
        #expect(try server.engine("cores", is: "0 busy, 0 waiting, 0 refused") == "0 busy, 0 waiting, 0 refused")
        #expect(server.logLines("Uncaught").isEmpty)
    }

    /// The client reads nothing: `flush()` must stop the handler long before its 19 MB, and notice that the client goes.
    @Test(arguments: complete)
    func aStreamWaitsForItsClient(provider: Provider) throws {
        let server = try WebServer(provider)
        do {
            let client = try server.send("/block/stream?pieces=300")
            var before = ""
            var said = "0 running"
            for _ in 0..<50 where before != said {
                before = said
                usleep(100_000)
                said = try server.engine("written")
            }
            let written = Int(said.prefix { $0 != " " }) ?? 0
            #expect(said.hasSuffix("running") && written > 0 && written < 16 * 1024 * 1024, "\(said)")
            _ = client.receive(until: { _ in true })
        }
        var said = ""
        for _ in 0..<500 where !said.hasSuffix("client gone") {
            said = try server.engine("written")
            usleep(20_000)
        }
        #expect(said.hasSuffix("client gone"))
        #expect(try server.request("/block/stream?pieces=40").body.utf8.count == 40 * 65536)
    }

    /// What cannot wait for its client must not fill the memory: the connection is dropped.
    @Test(arguments: complete)
    func aStreamThatMayNotWaitIsDropped(provider: Provider) throws {
        let server = try WebServer(provider)
        let client = try server.send("/block/limited/stream")
        #expect(try server.engine("limited", is: "dropped") == "dropped")
        withExtendedLifetime(client) {}
    }

    @Test(arguments: complete)
    func aBodyThatComesTooSlowlyIsATimeout(provider: Provider) throws {
        let server = try WebServer(provider)
        let head = "PUT /block/limited/upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        let client = try RawClient(port: server.port)
        client.send(head + "Content-Length: 5000\r\n\r\nabc")
        let text = client.receive().text
        #expect(text.contains(" 500 ") && text.contains("too slow"), "\(text)")
    }

    @Test(arguments: complete)
    func aClientThatGoesEndsTheGreenletOfAClassThatWantsIt(provider: Provider) throws {
        let server = try WebServer(provider)
        do {
            let client = try server.send("/block/ending")
            #expect(try server.engine("events", is: "begun") == "begun")
            _ = client
        }
        let events = "begun closed left finished"
        #expect(try server.engine("events", is: events) == events)
        try server.process.line(with: "499 GET /block/ending (127.0.0.1) ")
        #expect(server.logLines("rror").isEmpty, "\(server.process.errors)")
    }

    @Test(arguments: complete)
    func whatIsWrittenForNobodyIsHarmless(provider: Provider) throws {
        let server = try WebServer(provider)
        do { _ = try server.send("/block/losing") }
        #expect(try server.engine("closed", is: "1 closed, 1 ended") == "1 closed, 1 ended")
        #expect(try server.request("/block/closure").body == "GET /block/closure")
    }

    @Test(arguments: Provider.allCases)
    func serversWithoutAnApplicationToo(provider: Provider) throws {
        let server = try WebServer(provider)
        let line = try server.process.line(with: "callback on ")
        let port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
        func get(_ path: String) throws -> Answer {
            let text = "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            return try Answer(RawClient.exchange(port: port, text, seconds: 10))
        }
        let answer = try get("/0.05")
        #expect(answer.status == 200 && answer.body.utf8.count > 40 * 65536)
        #expect(answer.body.hasSuffix(provider.hasGreenlets ? "xGET /0.05" : "xthe loop"))
        #expect(try get("/1.1").status == 500)
        #expect(server.logLines("Uncaught error GET /1.1 (127.0.0.1) from a request callback", count: 1).count == 1)
    }
}
