// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Which connections serve which requests.
var poolChecks: [Check] {
    [
        Check("a connection serves one request after the other") {
            try with(ScriptServer.answering(ok("a"))) { server in
                let client = AsyncHTTPClient()
                for _ in 0..<5 { try expect(client.fetch(server.url).text, equals: "a") }
                try expect(server.accepted, equals: 1)
                try expect(client.connectionCount, equals: 1)
                try expect(client.fetch(server.url).timeInfo.connect, equals: 0)
            }
        },
        Check("all clients of a loop share connections, forced instances do not") {
            try with(ScriptServer.answering(ok("a"))) { server in
                _ = try AsyncHTTPClient().fetch(server.url)
                _ = try AsyncHTTPClient().fetch(server.url)
                try expect(server.accepted, equals: 1)
                let own = AsyncHTTPClient(forceInstance: true)
                _ = try own.fetch(server.url)
                try expect(server.accepted, equals: 2)
                own.close()
            }
        },
        Check("what says close is closed, as are HTTP/1.0 and bodies without a length") {
            let answers = [
                ok("a", "Connection: close\r\n"), ok("a", "Connection: x, CLOSE\r\n"),
                "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
            ]
            for answer in answers {
                try with(ScriptServer.answering(answer)) { server in
                    for _ in 0..<2 { try expect(AsyncHTTPClient().fetch(server.url).text, equals: "a") }
                    try expect(server.accepted, equals: 2)
                    try expect(AsyncHTTPClient().connectionCount, equals: 0)
                }
            }
            let untilClosed = try ScriptServer([.request, .send("HTTP/1.1 200 OK\r\n\r\na")])
            try with(untilClosed) { server in
                for _ in 0..<2 { try expect(AsyncHTTPClient().fetch(server.url).text, equals: "a") }
                try expect(server.accepted, equals: 2)
            }
            try with(ScriptServer.answering("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na"))
            { server in
                for _ in 0..<2 { try expect(AsyncHTTPClient().fetch(server.url).text, equals: "a") }
                try expect(server.accepted, equals: 1)
            }
        },
        Check("a request that says close is the connection's last") {
            try with(ScriptServer.answering(ok("a"))) { server in
                let request = HTTPRequest(server.url, headers: ["Connection": "close"])
                for _ in 0..<2 { _ = try AsyncHTTPClient().fetch(request) }
                try expect(server.accepted, equals: 2)
                try expect(server.requests[0].contains("Connection: close\r\n"), "\(server.requests)")
            }
        },
        Check("answers without a body leave the connection as it was") {
            let answers: [(String, String)] = [
                ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"),
                ("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                ("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
                ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
                ("GET", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("")),
            ]
            for (method, answer) in answers {
                try with(ScriptServer.answering(answer)) { server in
                    let request = HTTPRequest(server.url, method: method)
                    for _ in 0..<3 {
                        let response = try AsyncHTTPClient().fetch(request, raiseError: false)
                        try expect(response.text, equals: "")
                        try expect(response.code != 103, "an interim answer was given out")
                    }
                    try expect(server.accepted, equals: 1)
                }
            }
        },
        Check("chunks with trailers end where they say") {
            let answer =
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nX-Sum: 1\r\n\r\n"
            try with(ScriptServer.answering(answer)) { server in
                for _ in 0..<3 { try expect(AsyncHTTPClient().fetch(server.url).text, equals: "abc") }
                try expect(server.accepted, equals: 1)
            }
        },
        Check("what follows an answer is never the next one") {
            let evil = ok("evil")
            let server = try ScriptServer([.request, .send(ok("first") + evil), .request, .send(evil), .untilClosed])
            try with(server) { server in
                try expect(AsyncHTTPClient().fetch(server.url).text, equals: "first")
                try expect(AsyncHTTPClient().connectionCount, equals: 0)
            }
            // It comes a little later, while the connection is free.
            let late = try ScriptServer(
                [.request, .send(ok("first")), .sleep(0.05), .send(evil), .untilClosed],
                [.request, .send(ok("second")), .untilClosed]
            )
            try with(late) { server in
                try expect(AsyncHTTPClient().fetch(server.url).text, equals: "first")
                try pause(0.3)
                try expect(AsyncHTTPClient().connectionCount, equals: 0)
                try expect(AsyncHTTPClient().fetch(server.url).text, equals: "second")
            }
        },
        Check("a connection that the server has closed is not used") {
            let server = try ScriptServer([.request, .send(ok("a"))])
            try with(server) { server in
                for _ in 0..<3 {
                    try expect(AsyncHTTPClient().fetch(server.url).text, equals: "a")
                    try pause(0.1)
                    try expect(AsyncHTTPClient().connectionCount, equals: 0)
                }
            }
        },
        Check("a request on a dead connection is sent once more, if it may be") {
            for isReset in [false, true] {
                let first: [ScriptServer.Step] = [.request, .send(ok("a")), .request] + (isReset ? [.reset] : [])
                try with(try ScriptServer(first, [.request, .send(ok("b")), .untilClosed])) { server in
                    try expect(AsyncHTTPClient().fetch(server.url).text, equals: "a")
                    try expect(AsyncHTTPClient().fetch(server.url).text, equals: "b")
                    try expect(server.requests.count, equals: 3)
                }
                try with(try ScriptServer(first, [.request, .send(ok("b")), .untilClosed])) { server in
                    try expect(AsyncHTTPClient().fetch(server.url).text, equals: "a")
                    let post = HTTPRequest(server.url, method: "POST", body: [])
                    let error = try failure { try AsyncHTTPClient().fetch(post) }
                    try expect([.closed, .reset].contains(error.kind), "\(error)")
                    try expect(server.requests.count, equals: 2)
                }
            }
            // Once only, and only without a byte of the answer.
            try with(try ScriptServer([.request, .send(ok("a")), .request], [.request])) { server in
                _ = try AsyncHTTPClient().fetch(server.url)
                try expect(failure { try AsyncHTTPClient().fetch(server.url) }.kind, equals: .closed)
                try expect(server.accepted, equals: 2)
            }
            try with(
                try ScriptServer([.request, .send(ok("a")), .request, .send("HTTP")], [.request, .send(ok("b"))])
            ) { server in
                _ = try AsyncHTTPClient().fetch(server.url)
                try expect(failure { try AsyncHTTPClient().fetch(server.url) }.kind, equals: .closed)
                try expect(server.accepted, equals: 1)
            }
        },
        Check("connections that are not used are closed after a while, and the oldest for want of room") {
            var settings = HTTPClientSettings()
            settings.idleTimeout = 0.2
            let client = AsyncHTTPClient(forceInstance: true, settings: settings)
            try with(ScriptServer.answering(ok("a"))) { server in
                _ = try client.fetch(server.url)
                try expect(client.connectionCount, equals: 1)
                try pause(0.6)
                try expect(client.connectionCount, equals: 0)
            }
            client.close()
            settings.idleTimeout = 60
            settings.maxIdleConnections = 2
            let small = AsyncHTTPClient(forceInstance: true, settings: settings)
            let servers = try (0..<4).map { _ in try ScriptServer.answering(ok("a")) }
            defer { for server in servers { server.stop() } }
            for server in servers { _ = try small.fetch(server.url) }
            try expect(small.connectionCount, equals: 2)
            small.close()
        },
        Check("hosts and settings do not share connections") {
            try with(ScriptServer.answering(ok("a"))) { server in
                _ = try AsyncHTTPClient().fetch(server.url)
                _ = try AsyncHTTPClient().fetch("http://localhost:\(server.port)/")
                var request = HTTPRequest(server.url)
                request.networkInterface = "127.0.0.1"
                _ = try AsyncHTTPClient().fetch(request)
                try expect(server.accepted, equals: 3)
            }
        },
    ]
}

/// Lets the loop run for a while.
func pause(_ seconds: Double) throws {
    let loop = IOLoop.current
    loop.callLater(seconds) { loop.stop() }
    try loop.start()
}
