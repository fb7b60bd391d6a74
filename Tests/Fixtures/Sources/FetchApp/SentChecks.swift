// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What requests look like on their way.
var sentChecks: [Check] {
    [
        Check("requests are sent as said") {
            let agent = "User-Agent: gtornado/0.1.0\r\n"
            let accept = "Accept-Encoding: gzip, deflate\r\n"
            try with(ScriptServer.answering(ok(""))) { server in
                let host = "Host: 127.0.0.1:\(server.port)\r\n"
                func sent(_ request: HTTPRequest) throws -> String {
                    _ = try AsyncHTTPClient().fetch(request)
                    return server.requests.last ?? ""
                }
                let place = server.url.dropLast()
                try expect(
                    sent(HTTPRequest("\(place)?q=1#f")),
                    equals: "GET /?q=1 HTTP/1.1\r\n\(host)\(agent)\(accept)\r\n"
                )
                var request = HTTPRequest("\(place)/a", headers: ["X-A": "b", "host": "h", "user-agent": "u"])
                request.decompressResponse = false
                try expect(sent(request), equals: "GET /a HTTP/1.1\r\nX-A: b\r\nhost: h\r\nuser-agent: u\r\n\r\n")
                request = HTTPRequest(server.url)
                request.userAgent = "mine/1"
                request.ifModifiedSince = 784_111_777
                request.authUsername = "Aladdin"
                request.authPassword = "open sesame"
                let line = try sent(request)
                try expect(line.contains("User-Agent: mine/1\r\n"), line)
                try expect(line.contains("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), line)
                try expect(line.contains("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"), line)
                let named = try sent(HTTPRequest("http://Aladdin:open%20sesame@127.0.0.1:\(server.port)/"))
                try expect(named.contains("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"), named)
                try expect(named.contains(host), named)
            }
        },
        Check("bodies have their length") {
            let server = try ScriptServer(
                [
                    .request, .body(3), .send(ok("")), .request, .send(ok("")), .request, .body(100_000), .send(ok("")),
                    .untilClosed,
                ]
            )
            try with(server) { server in
                _ = try AsyncHTTPClient().fetch(HTTPRequest(server.url, method: "PUT", body: Array("x\ny".utf8)))
                try expect(server.requests[0].hasSuffix("Content-Length: 3\r\n\r\nx\ny"), server.requests[0])
                _ = try AsyncHTTPClient().fetch(HTTPRequest(server.url, method: "POST"))
                try expect(server.requests[1].hasSuffix("Content-Length: 0\r\n\r\n"), server.requests[1])
                let large = [UInt8](repeating: 0x61, count: 100_000)
                _ = try AsyncHTTPClient().fetch(HTTPRequest(server.url, method: "PATCH", body: large))
                try expect(server.requests[2].hasSuffix(String(repeating: "a", count: 100_000)), "the large body")
                try expect(server.accepted, equals: 1)
            }
        },
        Check("what cannot be sent is refused, in words") {
            func words(_ url: String, _ change: (inout HTTPRequest) -> Void = { _ in }) throws -> String {
                var request = HTTPRequest(url)
                change(&request)
                let error = try failure { try AsyncHTTPClient().fetch(request) }
                try expect(error.code, equals: 599)
                try expect(!error.description.contains("secret"), "a password is told: \(error)")
                return error.description
            }
            let urls = [
                ("ftp://localhost/", "only http and https"), ("localhost/", "http://"), ("http:///x", "names no host"),
                ("http://a:0/", "port"), ("http://a:65536/", "port"), ("http://a:x/", "port"), ("http://a:+1/", "port"),
                ("http://[::1/", "bracket"), ("http://[v1]/", "IPv6"), ("http://a b/", "percent-encode"),
                ("", "http://"),
                ("http://a/\u{E9}", "percent-encode"), ("http://a/\r\nX: y", "percent-encode"),
                ("http://u:secret@/", "no host"),
                ("http://u:secret@a:x/", "port"),
            ]
            for (url, why) in urls {
                let text = try words(url)
                try expect(text.contains(why), "\(url): \(text)")
            }
            let changes: [(String, (inout HTTPRequest) -> Void)] = [
                ("not a token", { $0.method = "G T" }), ("allowNonstandardMethods", { $0.method = "BREW" }),
                ("allowNonstandardMethods", { $0.body = [1] }), ("can't be sent", { $0.headers["X"] = "a\r\nb" }),
                ("can't be sent", { $0.headers["X Y"] = "a" }),
                ("sets Content-Length", { $0.headers["Content-Length"] = "1" }),
                ("sets Transfer-Encoding", { $0.headers["Transfer-Encoding"] = "chunked" }),
                ("sets Connection", { $0.headers["Connection"] = "upgrade" }), ("userAgent", { $0.userAgent = "a\n" }),
                ("networkInterface", { $0.networkInterface = "eth0" }), ("unixSocket", { $0.unixSocket = "" }),
                ("proxyPort", { $0.proxyHost = "127.0.0.1" }), ("CONNECT", { $0.method = "CONNECT" }),
            ]
            for (why, change) in changes {
                let text = try words("http://u:secret@127.0.0.1:9/", change)
                try expect(text.contains(why), text)
            }
        },
        Check("nonstandard methods and bodies go if they are asked for") {
            let server = try ScriptServer([
                .request, .body(2), .send(ok("a")), .request, .body(1), .send(ok("b")), .untilClosed,
            ])
            try with(server) { server in
                var request = HTTPRequest(server.url, method: "BREW", body: Array("hi".utf8))
                request.allowNonstandardMethods = true
                try expect(AsyncHTTPClient().fetch(request).text, equals: "a")
                request.method = "GET"
                request.body = [0x61]
                try expect(AsyncHTTPClient().fetch(request).text, equals: "b")
            }
        },
        Check("a held back body waits for the server's word, but not for ever") {
            func post(_ server: ScriptServer) throws -> HTTPResponse {
                var request = HTTPRequest(server.url, method: "POST", body: Array("abc".utf8))
                request.expect100Continue = true
                return try AsyncHTTPClient().fetch(request, raiseError: false)
            }
            let go = "HTTP/1.1 100 Continue\r\n\r\n"
            let asks = try ScriptServer([.request, .sleep(0.1), .send(go), .body(3), .send(ok("a")), .untilClosed])
            try with(asks) { server in
                try expect(post(server).text, equals: "a")
                try expect(server.requests[0].contains("Expect: 100-continue\r\n"), server.requests[0])
            }
            try with(try ScriptServer([.request, .body(3), .send(ok("b")), .untilClosed])) { server in
                try expect(post(server).text, equals: "b")
            }
            // One that refuses never sees the body, and the connection is not used again.
            let refuses = try ScriptServer([
                .request, .send("HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n"), .untilClosed,
            ])
            try with(refuses) { server in
                try expect(post(server).code, equals: 413)
                try expect(AsyncHTTPClient().connectionCount, equals: 0)
            }
        },
    ]
}
