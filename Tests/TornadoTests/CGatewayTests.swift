// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import TestKit
import Testing

/// Gateway applications in C, which the runner serves: in greenlets, on both of its servers.
@Suite struct CGatewayTests {
    private static let servers = [Provider.libevent, .evhttp]

    @Test(arguments: servers)
    func theExampleShowsSumsAndWaits(provider: Provider) throws {
        let server = try RunningPlugin(provider, try Place.example("libgateway_c.so"))
        let lines = try server.request("/a%20b?c=d").body.split(separator: "\n")
        for line in ["PATH_INFO=/a b", "QUERY_STRING=c=d", "SERVER_PORT=\(server.port)", "wsgi.url_scheme=http"] {
            #expect(lines.contains { $0 == line }, "\(line)")
        }
        let body = String(repeating: "a", count: 300_000)
        #expect(try server.request("/sum", method: "POST", body: body).body == "300000 bytes, their sum is 29100000\n")
        #expect(try server.request("/wait/99").status == 400)
        // While one sleeps, others are served.
        let sleeper = try RawClient(port: server.port)
        sleeper.send("GET /wait/2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(try server.request("/wait/0").body == "Slept for 0 s.\n")
        #expect(sleeper.receive(seconds: 0.05).text == "")
        #expect(try Answer(sleeper.receive(seconds: 10).text).body == "Slept for 2 s.\n")
        server.process.send(15)
        #expect(try server.process.wait() == .exited(0))
    }

    @Test(arguments: servers)
    func everyCallKeepsItsContract(provider: Provider) throws {
        let server = try RunningPlugin(provider, try Place.fixture("libgatewayc.so"))
        let codes = try server.request("/codes")
        #expect(codes.status == 200)
        #expect(codes["content-length"] == "96")
        #expect(codes.body.hasPrefix("1 1 1 1 1 1 / 0 0 0 0 0\n1 1\n."), "\(codes.body)")
        #expect(codes.body.hasSuffix(".1\n"))
        let empty = try server.request("/empty")
        #expect(empty.status == 204)
        let head = try server.request("/head", method: "HEAD")
        #expect(head["content-length"] == "5")
        #expect(!server.process.errors.contains("error: HEAD"))
        let taken = try server.request("/")
        #expect(taken.status == 202)
        #expect(taken.reason == "Taken")
        #expect(taken["date"] != nil)
    }

    @Test(arguments: servers)
    func theBodyIsReadWhileItArrives(provider: Provider) throws {
        let server = try RunningPlugin(provider, try Place.fixture("libgatewayc.so"))
        let client = try RawClient(port: server.port)
        let head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        client.sendByteByByte(Array((head + "6\r\nabcdef\r\n").utf8))
        // Its own server hands over bodies as they arrive; evhttp only when they are whole.
        if !provider.isEvhttp { #expect(client.receive { $0.contains("f") }.text.contains("200 OK")) }
        client.sendByteByByte(Array("6\r\nghijkl\r\n0\r\n\r\n".utf8))
        #expect(client.receive().isClosed)
        #expect(try server.request("/echo", method: "POST", body: "0123456789").body == "0123456789")
    }

    @Test(arguments: servers)
    func writingWaitsForTheClient(provider: Provider) throws {
        let server = try RunningPlugin(provider, try Place.fixture("libgatewayc.so"))
        let slow = try RawClient(port: server.port)
        slow.send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        var written = -1
        for _ in 0..<100 {
            let now = Int(try server.request("/").body.dropLast()) ?? 0
            if now == written, now > 0 { break }
            written = now
        }
        #expect(written > 0)
        #expect(written < 1536)
        let (text, isClosed) = slow.receive(seconds: 20)
        #expect(isClosed)
        #expect(text.utf8.count > 1536 * 16 * 1024)
        #expect(text.hasSuffix("0\r\n\r\n"))
    }

    @Test(arguments: servers)
    func failuresAreAnsweredAndTold(provider: Provider) throws {
        let server = try RunningPlugin(provider, try Place.fixture("libgatewayc.so"))
        let failures = ["number": "returned 7", "silent": "without calling start_response", "started": "returned 1"]
        for (path, why) in failures {
            #expect(try server.request("/fail/\(path)").status == 500, "\(path)")
            #expect(try server.process.line(with: "GET /fail/\(path): ").contains(why), "\(path)")
        }
        for (path, why) in ["sent": "returned 1", "short": "shorter than its Content-Length"] {
            let client = try RawClient(port: server.port)
            client.send("GET /fail/\(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            let (text, isClosed) = client.receive()
            #expect(isClosed, "\(path)")
            #expect(!text.hasSuffix("\r\n0\r\n\r\n"), "\(path) looks whole")
            #expect(try server.process.line(with: "GET /fail/\(path): ").contains(why), "\(path)")
        }
        #expect(try server.request("/").status == 202)
    }

    @Test(arguments: servers)
    func coresBoundHowManyRunAtOnce(provider: Provider) throws {
        let plugin = try Place.example("libgateway_c.so")
        let refusing = try RunningPlugin(provider, plugin, ["--tornado", "1", "--when-full", "503"])
        let first = try RawClient(port: refusing.port)
        first.send("GET /wait/3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        var answer = try refusing.request("/")
        // The first request may come second to the server.
        for _ in 0..<50 where answer.status != 503 {
            usleep(10_000)
            answer = try refusing.request("/")
        }
        #expect(answer.status == 503)
        #expect(answer["retry-after"] == "1")
        #expect(try Answer(first.receive(seconds: 10).text).body == "Slept for 3 s.\n")
        #expect(try refusing.request("/").status == 200)

        let waiting = try RunningPlugin(provider, plugin, ["--tornado", "1"])
        let clients = try (0..<3).map { _ in try RawClient(port: waiting.port) }
        for client in clients { client.send("GET /wait/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") }
        for client in clients { #expect(try Answer(client.receive(seconds: 10).text).body == "Slept for 1 s.\n") }
    }

    /// evhttp does not tell that a client has gone while it waits.
    @Test func whoeverLeavesTheQueueIsNotServed() throws {
        let options = ["--cores", "1", "--when-full", "queue:1"]
        let server = try RunningPlugin(.libevent, try Place.example("libgateway_c.so"), options)
        let first = try RawClient(port: server.port)
        first.send("GET /wait/4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        var second: RawClient? = try RawClient(port: server.port)
        // The core, and the one place in the queue, are taken when others are refused.
        second?.send("GET /wait/20 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        usleep(300_000)
        #expect(try server.request("/").status == 503)
        second = nil
        // The place is free again while the first still has the core; its turn comes when that is through.
        let third = try RawClient(port: server.port)
        usleep(300_000)
        third.send("GET /wait/0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(first.receive(seconds: 0.05).text.isEmpty, "the machine was too slow for this test")
        #expect(try Answer(third.receive(seconds: 15).text).body == "Slept for 0 s.\n")
        #expect(try Answer(first.receive(seconds: 5).text).body == "Slept for 4 s.\n")
    }

    @Test(arguments: servers)
    func eachConnectionIsToldItsOwnPort(provider: Provider) throws {
        let plugin = try Place.example("libgateway_c.so")
        let server = try RunningPlugin(provider, plugin, ["--http-socket", "127.0.0.1:0"])
        var lines: [Substring] = []
        for _ in 0..<100 where lines.count < 2 {
            usleep(20_000)
            lines = server.process.errors.split(separator: "\n").filter { $0.hasPrefix("listening on http://") }
        }
        let ports = lines.compactMap { $0.dropLast().split(separator: ":").last.flatMap { UInt16($0) } }
        #expect(ports.count == 2)
        for port in ports {
            // Without Host the name is the address that was connected to.
            let text = try RawClient.exchange(port: port, "GET / HTTP/1.0\r\n\r\n")
            #expect(text.contains("SERVER_PORT=\(port)\n"))
            #expect(text.contains("SERVER_NAME=127.0.0.1\n"))
        }
    }

    @Test func withoutAServerItSaysWhatToDo() throws {
        let plugin = try Place.fixture("libgatewayc.so")
        let run = try ChildProcess([try Place.gtornado(), "run", "--no-httpserver", plugin])
        #expect(try run.wait() == .exited(64))
        #expect(run.errors.contains("it is a gateway application"))
        #expect(run.errors.contains("--no-httpserver"))
    }
}
