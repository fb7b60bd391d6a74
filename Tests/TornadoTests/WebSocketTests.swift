// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// WebSockets of the fixture, on every combination whose server can give a connection away.
@Suite struct WebSocketTests {
    private static let servers = Provider.allCases
    private static let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    private static let fields = ["Upgrade: websocket", key, "Sec-WebSocket-Version: 13"]

    private func drive(_ provider: Provider, _ side: String, _ where: (UInt16) -> [String]) throws {
        let python = try #require(Place.program("python3"), "the driver needs python3: apt-get install python3")
        let server = try WebServer(provider, fixture: "wsapp")
        let before = try self.counts(server)
        let script = Place.repository.appending(path: "Tests/Conformance/websocket").path
        let driver = try ChildProcess([python, script, side] + `where`(server.port))
        let end = try driver.wait(seconds: 300)
        #expect(end == .exited(0), "\(provider)\n\(driver.output)\n\(driver.errors)")
        #expect(driver.output.components(separatedBy: "PASS").count == 11)
        // Hundreds of connections leave none behind; what a run makes once and for all is a few at most.
        try self.expectCounts(server, before, atMostMore: 4)
    }

    private func counts(_ server: WebServer) throws -> String { try server.request("/counts").body }

    /// Everything is given back, soon.
    private func expectCounts(_ server: WebServer, _ before: String, atMostMore allowed: Int = 0) throws {
        let limits = Self.numbers(before)
        var now = ""
        for _ in 0..<500 {
            now = try self.counts(server)
            if zip(Self.numbers(now), limits).allSatisfy({ $0 <= $1 + allowed }), now.hasPrefix("open 0 ") { return }
            usleep(20_000)
        }
        #expect(now == before)
    }

    private static func numbers(_ counts: String) -> [Int] {
        counts.split { " \n".contains($0) }.compactMap { Int($0) }
    }

    /// Runs it twice: what the first run makes once and for all is no leak.
    private func expectNothingLeft(_ server: WebServer, _ body: () throws -> Void) throws {
        try body()
        for _ in 0..<500 where try !self.counts(server).hasPrefix("open 0 ") { usleep(20_000) }
        usleep(300_000)
        let before = try self.counts(server)
        try body()
        try self.expectCounts(server, before)
    }

    // MARK: Autobahn's cases

    @Test(arguments: servers)
    func aServerPassesAutobahnsCases(provider: Provider) throws {
        try self.drive(provider, "server") { ["127.0.0.1:\($0)/echo"] }
    }

    @Test(arguments: [Provider.builtIn, .libevent])
    func anAsyncServerPassesAutobahnsCases(provider: Provider) throws {
        try self.drive(provider, "server") { ["127.0.0.1:\($0)/async", "--deflate-path", "/async?deflate=1"] }
    }

    @Test(arguments: [Provider.builtIn, .libevent])
    func aServerThatKeepsNoContextPassesAutobahnsCases(provider: Provider) throws {
        try self.drive(provider, "server") {
            ["127.0.0.1:\($0)/echo", "--deflate-path", "/echo?deflate=1&takeover=0&bits=9"]
        }
    }

    @Test(arguments: servers)
    func aClientPassesAutobahnsCases(provider: Provider) throws {
        try self.drive(provider, "client") { ["http://127.0.0.1:\($0)/call?url={url}"] }
    }

    // MARK: Handshakes

    @Test(arguments: servers)
    func handshakesThatAreWrongAreRefused(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        func status(
            _ fields: [String],
            connection: String = "Upgrade",
            _ line: String = "GET /echo HTTP/1.1"
        ) throws -> Int {
            let lines = [line, "Host: localhost:80", "Connection: \(connection)"] + fields
            let client = try RawClient(port: server.port)
            client.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
            let (text, _) = client.receive(until: { $0.contains("\r\n\r\n") })
            return Int(text.dropFirst(9).prefix(3)) ?? 0
        }
        let version = "Sec-WebSocket-Version: 13"
        #expect(try status(Self.fields) == 101)
        #expect(try status(Self.fields, connection: "keep-alive, upgrade") == 101)
        #expect(try status(Self.fields + ["Origin: http://localhost:80"]) == 101)
        #expect(
            try status(Self.fields + ["Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7"]) == 101
        )
        #expect(try status([]) == 400)
        #expect(try status(["Upgrade: h2c", Self.key, version]) == 400)
        #expect(try status(Self.fields, connection: "keep-alive") == 400)
        #expect(try status(["Upgrade: websocket", version]) == 400)
        #expect(try status(["Upgrade: websocket", "Sec-WebSocket-Key: aGVsbG8=", version]) == 400)
        #expect(try status(["Upgrade: websocket", Self.key, Self.key, version]) == 400)
        #expect(try status(["Upgrade: websocket", Self.key]) == 426)
        #expect(try status(["Upgrade: websocket", Self.key, "Sec-WebSocket-Version: 8"]) == 426)
        #expect(try status(Self.fields + ["Sec-WebSocket-Extensions: a;"]) == 400)
        #expect(try status(Self.fields + ["Sec-WebSocket-Protocol: a b"]) == 400)
        for origin in ["http://elsewhere", "null", "http://localhost:81", "localhost:80", ""] {
            #expect(try status(Self.fields + ["Origin: \(origin)"]) == 403, "\(origin)")
        }
        #expect(try status(Self.fields + ["Content-Length: 0"], "POST /echo HTTP/1.1") == 405)
        #expect(try status(Self.fields, "GET /echo HTTP/1.0") == 400)
        #expect(try status(Self.fields, "GET /refusing HTTP/1.1") == 401)
        let answer = try server.request("/echo", headers: ["Upgrade: websocket", Self.key])
        #expect(answer.status == 400)
    }

    /// What a text frame of a client is, masked with zeros.
    private func frame(_ text: String) -> [UInt8] {
        [0x81, 0x80 | UInt8(text.utf8.count), 0, 0, 0, 0] + Array(text.utf8)
    }

    private func open(_ server: WebServer, _ path: String, _ fields: [String] = []) throws -> RawClient {
        let client = try RawClient(port: server.port)
        let lines = ["GET \(path) HTTP/1.1", "Host: a", "Connection: Upgrade"] + Self.fields + fields
        client.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
        let (head, _) = client.receive(until: { $0.contains("\r\n\r\n") })
        try #require(head.hasPrefix("HTTP/1.1 101 "), "\(head)")
        #expect(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        #expect(!head.contains("Content-Type"))
        return client
    }

    @Test(arguments: servers)
    func whatTheHandlerSetsIsInTheHandshake(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        let client = try RawClient(port: server.port)
        let lines =
            ["GET /refusing?token=yes HTTP/1.1", "Host: a", "Connection: Upgrade"] + Self.fields + [
                "Sec-WebSocket-Protocol: first, second, third", "Origin: https://friend.example",
            ]
        // A frame right behind the handshake is not lost.
        client.send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + self.frame("early"))
        let (text, _) = client.receive(until: { $0.hasSuffix("early") })
        #expect(text.contains("Sec-WebSocket-Protocol: second\r\n"))
        #expect(text.contains("X-Seen: yes\r\n"))
        #expect(text.hasSuffix("\r\n\r\n\u{81}\u{5}early"))
    }

    // MARK: Words

    private func say(_ client: RawClient, _ text: String, until end: String) -> String {
        client.send(self.frame(text))
        return client.receive(until: { $0.hasSuffix(end) }).text
    }

    @Test(arguments: servers)
    func aHandlerIsToldAndAsked(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        let client = try self.open(server, "/closing", ["Sec-WebSocket-Protocol: chat"])
        #expect(self.say(client, "nodelay", until: "chat").hasSuffix("[] /closing 127.0.0.1 chat"))
        #expect(self.say(client, "json", until: "}") == "\u{81}\u{8}{\"a\": 1}")
        #expect(self.say(client, "ping", until: "here") == "\u{89}\u{9}from here")
        client.send([0x8A, 0x82, 0, 0, 0, 0, 0x68, 0x69])
        #expect(client.receive(until: { $0.hasSuffix("hi") }).text == "\u{81}\u{7}pong hi")
        client.send([0x89, 0x82, 0, 0, 0, 0, 0x68, 0x69])
        #expect(client.receive(until: { $0.hasSuffix("ping hi") }).text == "\u{8A}\u{2}hi\u{81}\u{7}ping hi")
        #expect(self.say(client, "close 1005", until: ".").contains("close(code: 1005): a code that may be sent is"))
        client.send(self.frame("close 4001 enough"))
        #expect(client.receive(until: { $0.hasSuffix("enough") }).text == "\u{88}\u{8}\u{F}\u{A1}enough")
        client.send([0x88, 0x82, 0, 0, 0, 0, 0x0F, 0xA1])
        #expect(client.receive().isClosed)
        #expect(try self.last(server, "4001 -") == "4001 -")
    }

    private func last(_ server: WebServer, _ expected: String) throws -> String {
        var last = ""
        for _ in 0..<250 {
            last = try server.request("/last").body
            if last == expected { break }
            usleep(20_000)
        }
        return last
    }

    @Test(arguments: servers)
    func theEndHasACode(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        let ends: [(bytes: [UInt8], last: String)] = [
            ([0x88, 0x80, 0, 0, 0, 0], "1005 -"),
            ([0x88, 0x85, 0, 0, 0, 0, 0x03, 0xE9, 0x62, 0x79, 0x65], "1001 bye"),
            ([0x81, 0x85, 0, 0, 0, 0, 0x41], "1006 -"),
            ([0xC1, 0x80, 0, 0, 0, 0], "1006 RSV1 is set, and no compression was agreed on"),
        ]
        for (bytes, expected) in ends {
            let client = try self.open(server, "/echo")
            client.send(bytes)
            if expected == "1006 -" { client.closeSending() } else { _ = client.receive(until: { !$0.isEmpty }) }
            #expect(try self.last(server, expected) == expected)
        }
        let failing = try self.open(server, "/failing")
        #expect(self.say(failing, "x", until: "\u{F3}") == "\u{88}\u{2}\u{3}\u{F3}")
        try server.process.line(with: "Failure")
        let after = try self.open(server, "/closing")
        after.send(self.frame("after"))
        let expected = "The WebSocket is closed: nothing can be sent on it."
        #expect(try self.last(server, expected) == expected)
    }

    @Test(arguments: servers)
    func allInARoomHear(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        let members = try (0..<5).map { _ in try self.open(server, "/chat/blue") }
        let other = try self.open(server, "/chat/red")
        for member in members {
            member.send(self.frame("hello"))
            for hearer in members { #expect(hearer.receive(until: { $0.hasSuffix("hello") }).text.hasSuffix("hello")) }
        }
        #expect(try server.request("/say/blue", method: "POST", body: "all").body == "5")
        for hearer in members { #expect(hearer.receive(until: { $0.hasSuffix("all") }).text == "\u{81}\u{3}all") }
        #expect(!other.hasInput)
    }

    @Test(arguments: servers.filter(\.hasGreenlets))
    func handlersThatBlockHoldNobodyUp(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        try self.expectNothingLeft(server) {
            let clients = try (0..<50).map { _ in try self.open(server, "/blocking") }
            // Two messages each, in one piece: the second waits for the first.
            let started = ContinuousClock.now
            for client in clients { client.send(self.frame("one") + self.frame("two")) }
            for client in clients {
                #expect(client.receive(until: { $0.hasSuffix("two") }).text == "\u{81}\u{3}one\u{81}\u{3}two")
            }
            // One after the other they would take ten seconds.
            #expect(ContinuousClock.now - started < .seconds(5))
        }
    }

    // MARK: Faults

    @Test(arguments: servers)
    func peersThatVanishAreForgotten(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        try self.expectNothingLeft(server) {
            var kept: [RawClient] = []
            for path in ["/echo", "/async", "/chat/x", "/echo?deflate=1"] {
                for count in [0, 1, 3, 5, 7] {
                    let client = try self.open(server, path)
                    client.send(Array(self.frame("hello").prefix(count)))
                    if count % 2 == 1 { client.closeSending() }
                    kept.append(client)
                }
            }
            for cut in [1, 10, 60, 100] {
                let client = try RawClient(port: server.port)
                let lines = ["GET /echo HTTP/1.1", "Host: a", "Connection: Upgrade"] + Self.fields
                client.send(String(lines.joined(separator: "\r\n").prefix(cut)))
                kept.append(client)
            }
            // A message that is read by nobody, and more behind it.
            let deaf = try self.open(server, "/flood")
            deaf.send(self.frame("go"))
            usleep(200_000)
            kept.append(deaf)
        }
    }

    @Test(arguments: servers.filter(\.hasGreenlets), ["/flood", "/flood-async"])
    func aSlowReaderMakesTheHandlerWait(provider: Provider, path: String) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        try self.flood(server, path)
        // The handler's wait has ended with its client.
        for _ in 0..<500 where try !self.counts(server).hasPrefix("open 0 ") { usleep(20_000) }
        #expect(try self.counts(server).hasPrefix("open 0 "))
    }

    private func flood(_ server: WebServer, _ path: String) throws {
        let client = try self.open(server, path)
        let before = server.process.residentKiB
        client.send(self.frame("go"))
        usleep(500_000)
        #expect(client.hasInput)
        // 100 MB are to come, and few of them are in the server.
        #expect(server.process.residentKiB - before < 32 * 1024)
    }

    @Test(arguments: servers)
    func anEchoThatNobodyReadsStaysSmall(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        let client = try self.open(server, "/echo")
        let before = server.process.residentKiB
        let piece = [0x82, 0xFE, 0xFF, 0xFF, 0, 0, 0, 0] + [UInt8](repeating: 1, count: 65_535)
        // The thread is the only one that uses it from here on.
        nonisolated(unsafe) let sending = client
        let sender = Thread { for _ in 0..<1000 { sending.send(piece) } }
        sender.start()
        usleep(500_000)
        #expect(server.process.residentKiB - before < 32 * 1024)
        // Ends the thread too.
        server.process.send(SIGKILL)
    }

    @Test(arguments: servers)
    func messagesThatAreTooBigAreRefused(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        let big = try self.open(server, "/limited")
        big.send([0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0])
        #expect(big.receive().text.hasPrefix("\u{88}\u{18}\u{3}\u{F1}"))
        let pieces = try self.open(server, "/limited")
        for opcode: UInt8 in [0x02, 0x00, 0x00] {
            pieces.send([opcode, 0xFE, 0x7F, 0xFF, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 0x7FFF))
        }
        #expect(pieces.receive().text.hasPrefix("\u{88}\u{18}\u{3}\u{F1}"))
        // 20 MiB of zeros in 20 KiB.
        let bomb = try self.open(
            server,
            "/limited?deflate=1",
            ["Sec-WebSocket-Extensions: permessage-deflate"]
        )
        let packed = try Gzip.member([UInt8](repeating: 0, count: 20 << 20), windowBits: -15)
        bomb.send([0xC2, 0xFE, UInt8(packed.count >> 8), UInt8(packed.count & 255), 0, 0, 0, 0] + packed)
        #expect(bomb.receive().text.hasPrefix("\u{88}\u{18}\u{3}\u{F1}"))
    }

    @Test(arguments: servers)
    func pingsFindOutWhoIsGone(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        let client = try self.open(server, "/pinging")
        for _ in 0..<3 {
            #expect(client.receive(until: { !$0.isEmpty }).text == "\u{89}\u{0}")
            client.send([0x8A, 0x80, 0, 0, 0, 0])
            #expect(client.receive(until: { $0.hasSuffix("pong") }).text.hasPrefix("\u{81}\u{4}pong"))
        }
        let (text, isClosed) = client.receive(seconds: 10)
        #expect(text == "\u{89}\u{0}\u{88}\u{10}\u{3}\u{F3}ping timed out")
        #expect(isClosed)
    }

    // MARK: The end of the server

    @Test(arguments: servers)
    func aServerThatEndsSaysSo(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        let clients = try (0..<3).map { _ in try self.open(server, "/echo") }
        if provider.hasGreenlets { server.process.send(SIGTERM) } else { _ = try server.request("/stop") }
        for client in clients {
            let (text, isClosed) = client.receive()
            #expect(text == "\u{88}\u{2}\u{3}\u{E9}")
            #expect(isClosed)
        }
        #expect(try server.process.wait() == .exited(0))
    }

    // MARK: Clients

    @Test(arguments: Provider.allCases)
    func clientsTalkInThreeForms(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        let peer = try WebServer(.builtIn, fixture: "wsapp")
        for form in provider.hasGreenlets ? ["callback", "async", "blocking"] : ["callback", "async"] {
            func talk(_ path: String, _ more: String = "") throws -> String {
                try server.request("/call?do=talk&form=\(form)&url=ws://localhost:\(peer.port)\(path)\(more)").body
            }
            #expect(try talk("/echo", "&say=a&say=b&protocol=x&protocol=chat") == "a|b 1000 chat\n")
            #expect(try talk("/async", "&say=wait&say=&deflate=1") == "wait| 1000 none\n")
            #expect(try talk("/echo", "&say=123456789&limit=8").hasPrefix(" 1006"))
            #expect(try talk("/nowhere").hasSuffix("the server answered 404.\n"))
            #expect(try talk("/refusing").hasSuffix("the server answered 401.\n"))
            #expect(try talk("/echo", "&field=Origin:http://elsewhere").hasSuffix("the server answered 403.\n"))
            #expect(try talk("/echo", "&field=Upgrade:x").contains("the client sets Upgrade itself"))
            #expect(try talk("/echo", "&protocol=a%20b").contains("a subprotocol is no token"))
            let closed = try server.request("/call?do=talk&form=\(form)&url=ws://127.0.0.1:\(try FreePort.take())/")
            #expect(closed.body.contains("Connection refused"))
            #expect(try server.request("/call?do=talk&form=\(form)&url=http://a/").body.contains("ws:// or wss://"))
        }
    }

    @Test(arguments: [Provider.builtIn, .libevent])
    func answersThatAreWrongAreRefused(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "wsapp")
        let peer = try RawServer()
        let upgrade = "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        let cases = [
            ("\(upgrade)Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", "not the answer to the key"),
            ("\(upgrade)\r\n", "not the answer to the key"),
            ("HTTP/1.1 101 X\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n", "upgrades to something else"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "the server answered 200"),
            ("nonsense\r\n\r\n", "Cannot open ws://"), ("", "has closed the connection instead of an answer"),
        ]
        for (answer, why) in cases {
            for isByteByByte in [false, true] {
                var script = RawServer.Script(Array(answer.utf8))
                script.isByteByByte = isByteByByte
                peer.play(script)
                let body = try server.request("/call?do=talk&form=async&url=ws://127.0.0.1:\(peer.port)/").body
                #expect(body.hasPrefix("error: ") && body.contains(why), "\(answer): \(body)")
            }
        }
        // Silence.
        var silent = RawServer.Script([])
        silent.closes = false
        peer.play(silent)
        let url = "ws://127.0.0.1:\(peer.port)/"
        #expect(
            try server.request("/call?do=talk&timeout=0.2&url=\(url)").body.contains("it was not open within 0.2 s")
        )
    }

    // MARK: TLS

    @Test(.enabled(if: Certificates.canBeMade), arguments: servers)
    func encryptedOnesAreNoDifferent(provider: Provider) throws {
        let certificates = try Certificates.shared.get()
        let server = try WebServer(
            provider,
            fixture: "wsapp",
            environment: ["WSAPP_CERTIFICATE": certificates.server.certificate, "WSAPP_KEY": certificates.server.key]
        )
        let url = "wss://localhost:\(try server.secondPort())"
        let long = String(repeating: "x", count: 3000)
        for form in ["callback", "async"] {
            func talk(_ path: String, _ more: String) throws -> String {
                try server.request("/call?do=talk&form=\(form)&ca=\(certificates.authority)&url=\(url)\(path)\(more)")
                    .body
            }
            #expect(try talk("/echo", "&say=a&say=\(long)") == "a|3000 characters 1000 none\n")
            #expect(try talk("/async", "&say=wait&deflate=1") == "wait 1000 none\n")
            #expect(try talk("/failing", "&say=x") == " 1011 none\n")
        }
        let stranger = try server.request("/call?do=talk&url=\(url)/echo&say=a").body
        #expect(stranger.contains("certificate verify failed"), "\(stranger)")
    }
}
