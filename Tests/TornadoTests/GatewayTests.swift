// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// Gateway applications: `application(environ, startResponse)` behind every server, with and without greenlets.
@Suite struct GatewayTests {
    // MARK: environ

    @Test(arguments: Provider.allCases)
    func theEnvironmentIsCGIs(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "gatewayapp")
        let answer = try server.request(
            "/a%20b/c?d=%65&f",
            host: "example.org:99",
            headers: ["X-User: me", "X_User: you", "Proxy: evil", "Cookie: a", "Cookie: b", "Content-Type: x/y"]
        )
        #expect(answer.status == 200)
        let lines = answer.body.split(separator: "\n").map(String.init)
        let expected = [
            "CONTENT_TYPE=x/y", "GATEWAY_INTERFACE=CGI/1.1", "HTTP_CONNECTION=close", "HTTP_COOKIE=a; b",
            "HTTP_HOST=example.org:99", "HTTP_X_USER=me", "PATH_INFO=/a b/c", "QUERY_STRING=d=%65&f",
            "REMOTE_ADDR=127.0.0.1", "REQUEST_METHOD=GET", "REQUEST_SCHEME=http", "REQUEST_URI=/a%20b/c?d=%65&f",
            "SCRIPT_NAME=", "SERVER_NAME=example.org", "SERVER_PORT=\(server.port)", "SERVER_PROTOCOL=HTTP/1.1",
            "wsgi.url_scheme=http",
        ]
        let varying = ["REMOTE_PORT=", "SERVER_SOFTWARE=gtornado/"]
        #expect(lines.filter { line in !varying.contains { line.hasPrefix($0) } } == expected)
        for start in varying { #expect(lines.contains { $0.hasPrefix(start) && $0 != start }) }
    }

    // MARK: The answer

    @Test(arguments: Provider.allCases)
    func piecesAreSentInOrder(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "gatewayapp")
        let written = try server.request("/write")
        #expect(written.status == 202)
        #expect(written.reason == "Taken")
        #expect(written.body == "first second third")
        #expect(written["content-type"] == "text/plain")
        #expect(written["date"] != nil)
        #expect(try server.request("/late").body == "latebody")
        let empty = try server.request("/empty")
        #expect(empty.status == 204)
        #expect(empty.body == "")
        let fields = try server.request("/errors")
        #expect(fields.all("x-a") == ["1", "2"])
        #expect(server.logLines("the application has this to say").count == 1)
        #expect(server.logLines("202 GET /write (127.0.0.1)").count == 1)
    }

    /// evhttp does not tell that a client has gone while it waits.
    @Test func aClientThatGoesEndsItsCallWhereThatIsWanted() throws {
        let server = try WebServer(.libevent, fixture: "gatewayapp")
        var client: RawClient? = try RawClient(port: try server.secondPort())
        client?.send("GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client?.receive(seconds: 0.3).text == "")
        client = nil
        // It would sleep for a minute.
        try server.process.line(with: "the sleep was ended")
        try server.process.line(with: "499 GET /sleep (127.0.0.1) ")
        #expect(server.logLines("Mishap").isEmpty)
    }

    @Test(arguments: Provider.allCases)
    func anArrayHasALength(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "gatewayapp")
        let port = try server.secondPort()
        func request(_ method: String, _ path: String) throws -> Answer {
            let text = "\(method) \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            return try Answer(try RawClient.exchange(port: port, text))
        }
        let whole = try request("GET", "/")
        #expect(whole.body == "onetwo")
        #expect(whole["content-length"] == "6")
        let head = try request("HEAD", "/")
        #expect(head.body == "")
        #expect(head["content-length"] == "6")
        #expect(try request("GET", "/none")["content-length"] == "0")
    }

    @Test(arguments: Provider.allCases)
    func aLazyBodyKeepsStepWithTheClient(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "gatewayapp")
        let slow = try RawClient(port: server.port)
        // 24 MiB: more than any socket's buffers take.
        slow.send("GET /lazy?1536 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        var made = -1
        for _ in 0..<100 {
            let now = Int(try server.request("/made").body) ?? 0
            if now == made, now > 0 { break }
            made = now
        }
        #expect(made > 0)
        #expect(made < 1536)
        let (text, isClosed) = slow.receive(seconds: 20)
        #expect(isClosed)
        #expect(text.hasPrefix("HTTP/1.1 200 OK"))
        #expect(text.utf8.count > 1536 * 16 * 1024)
        #expect(text.hasSuffix("0\r\n\r\n"))
        #expect(Int(try server.request("/made").body) == 1536)
    }

    // MARK: wsgi.input

    @Test(arguments: Provider.allCases)
    func theBodyIsReadLikeAFile(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "gatewayapp")
        let body = "ab\ncdef\n\nghijk"
        let expected = [
            "whole": "[ab\ncdef\n\nghijk][]", "pieces": "[ab\nc][def\n][\nghi][jk]",
            "lines": "[ab\n][cdef\n][\n][ghijk]", "line": "[ab\n][cdef\n][\ng][hijk][]", "two": "[ab]", "none": "",
        ]
        for (path, text) in expected {
            #expect(try server.request("/input/\(path)", method: "POST", body: body).body == text, "\(path)")
            let chunked =
                "POST /input/\(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                + "Connection: close\r\n\r\n6\r\nab\ncde\r\n8\r\nf\n\nghijk\r\n0\r\n\r\n"
            let client = try RawClient(port: server.port)
            client.sendByteByByte(Array(chunked.utf8))
            #expect(try Answer(client.receive().text).body == text, "\(path), byte by byte")
        }
    }

    @Test(arguments: BlockingTests.complete)
    func aTimeoutEndsTheWaitForTheBody(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "gatewayapp")
        let client = try RawClient(port: server.port)
        client.send("POST /input/limited HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nab")
        let text = client.receive().text
        #expect(text.contains(" 200 ") && text.contains("[too slow]"), "\(text)")
    }

    @Test(arguments: Provider.allCases)
    func aLargeBodyArrivesWhole(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "gatewayapp")
        let body = String(repeating: "0123456789abcde\n", count: 256 * 1024)
        let answer = try server.request("/input/whole", method: "POST", body: body)
        #expect(answer.body == "[\(body)][]")
    }

    // MARK: Mistakes

    @Test(arguments: Provider.allCases)
    func mistakesAreAnsweredAndLogged(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "gatewayapp")
        let before = [
            "before": "Mishap", "after": "Mishap", "silent": "without calling startResponse()",
            "twice": "without excInfo",
            "status": "must be like", "number": "must be like", "interim": "must be like", "reason": "must be like",
            "field": "can't be sent", "name": "can't be sent", "hop": "the server's to set", "length": "one number",
        ]
        for (path, words) in before {
            let answer = try server.request("/fail/\(path)")
            #expect(answer.status == 500, "\(path)")
            #expect(answer.body == "Internal Server Error\n", "\(path)")
            let lines = server.logLines("Uncaught error of the gateway application, GET /fail/\(path) ")
            #expect(lines.count == 1, "\(path)")
            #expect(lines.allSatisfy { $0.contains(words) }, "\(path): \(lines)")
        }
        let other = try server.request("/fail/other")
        #expect(other.status == 503)
        #expect(other.body == "busy")
    }

    @Test(arguments: Provider.allCases)
    func anErrorBehindTheHeadDropsTheConnection(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "gatewayapp")
        for path in ["sent", "late", "short", "long"] {
            let client = try RawClient(port: server.port)
            client.send("GET /fail/\(path) HTTP/1.1\r\nHost: a\r\n\r\nGET /write HTTP/1.1\r\nHost: a\r\n\r\n")
            let (text, isClosed) = client.receive()
            #expect(isClosed, "\(path)")
            #expect(!text.hasSuffix("\r\n0\r\n\r\n"), "\(path) looks whole")
            #expect(!text.contains("unexpected") && !text.contains("second"), "\(path)")
            #expect(server.logLines("GET /fail/\(path) ").count == 1, "\(path)")
        }
    }

    @Test(arguments: Provider.allCases)
    func aClientThatGoesIsNoError(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "gatewayapp")
        for _ in 0..<3 {
            let client = try RawClient(port: server.port)
            client.send("GET /lazy?4096 HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = client.receive { $0.utf8.count > 100 }
        }
        for _ in 0..<3 {
            let client = try RawClient(port: server.port)
            client.send("POST /input/whole HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        }
        #expect(try server.request("/write").status == 202)
        #expect(server.logLines("Uncaught").isEmpty)
    }
}
