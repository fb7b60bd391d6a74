// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

@Suite struct OutputTests {
    @Test(arguments: Provider.allCases)
    func answersWithDefaultHeaders(provider: Provider) throws {
        let server = try WebServer(provider)
        let answer = try server.request("/")
        #expect(answer.status == 200 && answer.reason == "OK" && answer.body == "Hello, world")
        #expect(answer["Server"] == "gTornado/0.1.0")
        #expect(answer["Content-Type"] == "text/html; charset=UTF-8")
        #expect(answer["Content-Length"] == "12")
        #expect(answer["Date"]?.hasSuffix("GMT") == true)
        #expect(answer.all("Etag").count == 1)
        let head = try server.request("/", method: "HEAD")
        #expect(head.status == 200 && head.body.isEmpty && head["Content-Length"] == "12")
        #expect(head["Etag"] == answer["Etag"])
        let post = try server.request("/", method: "POST", body: "posted")
        #expect(post.body == "posted" && post["Etag"] == nil)
    }

    @Test(arguments: Provider.allCases)
    func keepsConnections(provider: Provider) throws {
        let server = try WebServer(provider)
        let client = try RawClient(port: server.port)
        let requests = ["GET / ", "GET /async ", "GET /nothing ", "GET /closure "].map {
            "\($0)HTTP/1.1\r\nHost: a\r\n\r\n"
        }
        client.send(requests.joined() + "GET /late HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let (text, isClosed) = client.receive()
        #expect(isClosed)
        let order = ["Hello, world", "waited /async", "404: Not Found</body>", "sync closure", "late /late"]
        let places = order.map { text.range(of: $0)?.lowerBound }
        #expect(!places.contains(nil) && places.compactMap(\.self) == places.compactMap(\.self).sorted())
    }

    @Test(arguments: Provider.allCases)
    func setsHeaders(provider: Provider) throws {
        let server = try WebServer(provider)
        let answer = try server.request("/headers")
        #expect(answer["X-Default"] == "yes" && answer["X-One"] == "1" && answer.all("X-Two") == ["a", "b"])
        #expect(answer["Server"] == nil && answer.all("Content-Type") == ["text/plain"])
        #expect(answer.all("Date").count == 1)
        #expect(try server.request("/headers?date=own").all("Date") == ["Sun, 06 Nov 1994 08:49:37 GMT"])
        if !provider.isEvhttp { #expect(try server.request("/headers?date=none").all("Date") == []) }
    }

    @Test(arguments: Provider.allCases)
    func letsNothingInject(provider: Provider) throws {
        let server = try WebServer(provider)
        for place in ["value", "name", "location", "path", "domain", "cookie"] {
            for bytes in ["x%0d%0aInjected:%201", "x%0aInjected:%201", "x%00Injected", "x%0dInjected:%201"] {
                let answer = try server.request("/set?where=\(place)&value=\(bytes)")
                #expect(answer.status == 500 && answer["Injected"] == nil, "\(place) \(bytes)")
            }
        }
        #expect(try server.request("/set?where=path&value=/;%20Domain=x").status == 500)
        #expect(try server.request("/set?where=domain&value=a;b").status == 500)
        #expect(try server.request("/set?where=cookie&value=a;b").all("Set-Cookie") == [#"a="a\073b"; Path=/"#])
        #expect(try server.request("/set?where=value&value=plain")["X-Value"] == "plain")
        let reason = try server.request("/status/200?reason=OK%0d%0aX:%201")
        #expect(reason.status == 200 && reason.reason == "Unknown" && reason["X"] == nil)
    }

    @Test(arguments: Provider.allCases)
    func setsStatus(provider: Provider) throws {
        let server = try WebServer(provider)
        #expect(try server.request("/status/201?body=x").reason == "Created")
        #expect(try server.request("/status/299?body=x&reason=Odd%20one").reason == "Odd one")
        #expect(try server.request("/status/99").status == 500)
        #expect(try server.request("/status/600").status == 500)
        #expect(try server.request("/status/99999999999999999999").status == 500)
        for status in [204, 304] {
            let answer = try server.request("/status/\(status)?body=dropped")
            #expect(answer.status == status && answer.body.isEmpty && answer["Content-Type"] == nil)
        }
    }

    @Test(arguments: Provider.allCases)
    func redirects(provider: Provider) throws {
        let server = try WebServer(provider)
        let found = try server.request("/redirect")
        #expect(found.status == 302 && found["Location"] == "/")
        #expect(try server.request("/redirect?permanent=1").status == 301)
        let old = try server.request("/old/a%20b?c=d")
        #expect(old.status == 301 && old["Location"] == "/new/a b?c=d")
        #expect(try server.request("/r/x")["Location"] == "/x")
        for path in [
            "/r//evil.example", "/r/%2fevil.example", "/r/%5cevil.example", "/rh/http://evil.example", "/rh///evil",
        ] {
            let answer = try server.request(path)
            #expect(answer.status == 400 && answer["Location"] == nil, "\(path)")
        }
    }

    @Test(arguments: Provider.allCases)
    func answersErrors(provider: Provider) throws {
        let server = try WebServer(provider)
        let missing = try server.request("/error?kind=404")
        #expect(
            missing.status == 404
                && missing.body == "<html><title>404: Not Found</title><body>404: Not Found</body></html>"
        )
        #expect(missing["X-Never"] == nil)
        let plain = try server.request("/error?kind=plain")
        #expect(plain.status == 500 && !plain.body.contains("s3cret"))
        let own = try server.request("/error?kind=own")
        #expect(own.status == 409 && own.reason == "Odd <Conflict>" && own.body.contains("Odd &lt;Conflict&gt;"))
        #expect(try server.request("/error?kind=send").status == 503)
        let finish = try server.request("/error?kind=finish")
        #expect(finish.status == 200 && finish.body == "finished early")
        #expect(try server.request("/error").status == 400)
        #expect(try server.request("/page").body == "own page 402")
        #expect(try server.request("/teapot", method: "DELETE").status == 418)
        try server.process.line(with: "Missing argument kind")
        try server.process.line(with: #"a message\nfor the log"#)
        try server.process.line(with: "s3cret")
    }

    @Test func showsErrorsIfAskedTo() throws {
        let server = try WebServer(.builtIn, environment: ["WEBAPP_TRACEBACK": "1"])
        let answer = try server.request("/error?kind=plain")
        #expect(
            answer.status == 500 && answer.body.contains("PlainError")
                && answer["Content-Type"]?.hasPrefix("text/plain") == true
        )
    }

    @Test(arguments: Provider.allCases)
    func refusesMethods(provider: Provider) throws {
        let server = try WebServer(provider)
        let answer = try server.request("/", method: "PUT", body: "x")
        #expect(answer.status == 405 && answer["Allow"] == "GET, HEAD, POST")
        let closure = try server.request("/closure", method: "DELETE")
        #expect(closure.status == 405 && closure["Allow"] == "GET, POST")
        if !provider.isEvhttp { #expect(try server.request("/", method: "FOO").status == 405) }
        for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            #expect(try server.request("/request", method: method).body.contains("\"method\": \"\(method)\""))
        }
    }

    @Test(arguments: Provider.allCases)
    func tagsAnswers(provider: Provider) throws {
        let server = try WebServer(provider)
        let etag = try #require(try server.request("/etag")["Etag"])
        for field in [etag, "W/\(etag)", "\"x\", \(etag)", "*"] {
            let answer = try server.request("/etag", headers: ["If-None-Match: \(field)"])
            #expect(answer.status == 304 && answer.body.isEmpty && answer["Etag"] == etag, "\(field)")
            #expect(answer["Content-Type"] == nil)
        }
        #expect(try server.request("/etag", headers: ["If-None-Match: \"x\""]).status == 200)
        #expect(try server.request("/etag", method: "HEAD", headers: ["If-None-Match: \(etag)"]).status == 304)
        let own = try server.request("/etag?own=\"mine\"", headers: ["If-None-Match: \"mine\""])
        #expect(own.status == 304 && own["Etag"] == "\"mine\"")
    }

    @Test(arguments: Provider.allCases)
    func encodesJSON(provider: Provider) throws {
        let server = try WebServer(provider)
        let answer = try server.request("/json")
        #expect(answer["Content-Type"] == "application/json; charset=UTF-8")
        #expect(answer.body.hasPrefix(#"{"text": "a\"b\\\n<\/script>\u0001"#))
        #expect(
            answer.body.contains(#""large": 18446744073709551615"#)
                && answer.body.contains(#""nested": {"none": null}"#)
        )
        #expect(try server.request("/json?bad=1").status == 500)
    }

    @Test(arguments: Provider.allCases)
    func takesMisuse(provider: Provider) throws {
        let server = try WebServer(provider)
        #expect(try server.request("/misuse").body == "once")
        try server.process.line(with: "write() on MisuseHandler after the answer has ended")
        #expect(try server.request("/").status == 200)
    }

    @Test(arguments: Provider.allCases)
    func logsRequests(provider: Provider) throws {
        let server = try WebServer(provider)
        _ = try server.request("/?q=%0d%0a%1b", headers: ["User-Agent: \u{1}x".filter { $0 != "\u{1}" }])
        let line = try server.process.line(with: "200 GET /?q=%0d%0a%1b (127.0.0.1) ")
        #expect(line.hasSuffix("ms"))
        _ = try server.request("/nothing")
        try server.process.line(with: "404 GET /nothing (127.0.0.1) ")
        #expect(server.logLines("GET /nothing").count == 1)
    }
}
