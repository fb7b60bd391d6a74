// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

@Suite struct InputTests {
    private static let urlencoded = "application/x-www-form-urlencoded"
    private static let multipart = "multipart/form-data; boundary=XX"

    @Test(arguments: Provider.allCases)
    func argumentsOfTheCommandLine(provider: Provider) throws {
        let server = try WebServer(provider, arguments: ["--cores", "a b"])
        #expect(try server.request("/arguments").body == "--cores|a b")
        #expect(try WebServer(provider).request("/arguments").body == "")
    }

    @Test(arguments: Provider.allCases)
    func routes(provider: Provider) throws {
        let server = try WebServer(provider)
        #expect(try server.request("/group/a%20b/c%2Fd").body == "a b/c/d")
        #expect(try server.request("/group/").body == "")
        #expect(try server.request("/group/%ff").status == 400)
        #expect(try server.request("/group/%zz").body == "%zz")
        #expect(try server.request("/named/x%20y/z").body == "x y|z|first=x y|second=z")
        #expect(try server.request("/choice//xx").body == "|xx")
        #expect(try server.request("/choice/b/xx").body == "b|xx")
        #expect(try server.request("/initialize").body == "hi")
        #expect(try server.request("/reverse").body == "/status/404 /group/a%20b/%C3%BC%3F /named/x/y")
        #expect(try server.request("/host").status == 404)
        #expect(try server.request("/host", host: "WWW.example.com:80").body == "the host's own")
        #expect(try server.request("/initialize", host: "www.example.com").body == "hi")
        if !provider.isEvhttp { #expect(try server.request("http://a/initialize").body == "hi") }
    }

    @Test(arguments: Provider.allCases)
    func functionsGetBodies(provider: Provider) throws {
        let server = try WebServer(provider)
        let answer = try server.request("/closure/body", method: "POST", body: "the body")
        #expect(answer.status == 200 && answer.body == "the body")
    }

    @Test(arguments: Provider.allCases)
    func readsArguments(provider: Provider) throws {
        let server = try WebServer(provider)
        let answer = try server.form("/args?a=q&a=%20+", Self.urlencoded, "a=b%0b%01&a=+last+")
        #expect(
            answer.body.contains(#""all": ["q", "", "b", "last"]"#)
                && answer.body.contains(#""last": ["last"]"#) && answer.body.contains(#""query": ["q", ""]"#)
        )
        #expect(try server.request("/args?b=1").status == 400)
        #expect(try server.request("/args?a=%ff").status == 400)
        let many = (0..<1001).map { "a\($0)" }.joined(separator: "&")
        #expect(try server.request("/args?\(many)").status == 400)
        #expect(try server.form("/args", Self.urlencoded, many).status == 400)
        #expect(
            try server.request("/args?name=a0&" + many.split(separator: "&").prefix(999).joined(separator: "&")).status
                == 200
        )
    }

    @Test(arguments: Provider.allCases)
    func readsForms(provider: Provider) throws {
        let server = try WebServer(provider)
        let body =
            "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--XX\r\n"
            + "Content-Disposition: form-data; name=\"f\"; filename=\"../x\"\r\n"
            + "Content-Type: text/x\r\n\r\nfile\r\n--XX--\r\n"
        let answer = try server.form("/form", Self.multipart, body)
        #expect(answer.body.contains(#""arguments": {"a": ["1"]}"#))
        #expect(answer.body.contains(#"{"f": [{"filename": "../x", "type": "text/x", "body": "file"}]}"#))
        let bad = String(repeating: "--XX\r\n\r\n\r\n", count: 50_000) + "--XX--"
        #expect(try server.form("/form", Self.multipart, bad).status == 400)
        #expect(server.logLines("multipart").count == 1)
        #expect(try server.form("/form", "text/plain", bad).body == #"{"arguments": {}, "files": {}}"#)
    }

    @Test(arguments: Provider.allCases)
    func showsRequests(provider: Provider) throws {
        let server = try WebServer(provider)
        let body = try server.request("/request?x=y", host: "Name:81", headers: ["user-agent: Ag\u{E9}nt"]).body
        for part in [
            #""uri": "/request?x=y""#, #""path": "\/request""#.filter { $0 != "\\" }, #""query": "x=y""#,
            #""version": "HTTP/1.1""#, #""host": "Name:81""#, #""hostName": "name""#, #""remoteIP": "127.0.0.1""#,
            #""protocol": "http""#, #""fullURL": "http://Name:81/request?x=y""#,
        ] {
            #expect(body.contains(part), "\(part)")
        }
    }

    @Test(arguments: Provider.allCases)
    func believesItsProxyOnly(provider: Provider) throws {
        let headers = ["X-Forwarded-For: 6.6.6.6, 7.7.7.7, 10.0.0.1", "X-Forwarded-Proto: https"]
        let plain = try WebServer(provider).request("/request", headers: headers).body
        #expect(plain.contains(#""remoteIP": "127.0.0.1""#) && plain.contains(#""protocol": "http""#))
        let server = try WebServer(provider, environment: ["WEBAPP_XHEADERS": "1"])
        let proxied = try server.request("/request", headers: headers).body
        #expect(proxied.contains(#""remoteIP": "7.7.7.7""#) && proxied.contains(#""protocol": "https""#))
        try server.process.line(with: "200 GET /request (7.7.7.7)")
    }

    @Test(arguments: Provider.allCases)
    func readsAndSetsCookies(provider: Provider) throws {
        let server = try WebServer(provider)
        let read = try server.request("/cookie", headers: ["Cookie: a=1; b=\"x\\\"y\"; a=2"]).body
        #expect(read.contains(#""a": "2""#) && read.contains(#""b": "x\"y""#))
        let set = try server.request("/cookie", method: "POST", body: "").all("Set-Cookie")
        #expect(
            set == [
                "plain=again; HttpOnly; Max-Age=5; Path=/; Secure; SameSite=Lax",
                #"quoted="a\073b \"c\""; Domain=example.com; expires=Sun, 06 Nov 1994 08:49:37 GMT; Path=/x"#,
                "old=; expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
            ]
        )
    }

    @Test(arguments: Provider.allCases)
    func preparesFirst(provider: Provider) throws {
        let server = try WebServer(provider)
        #expect(try server.request("/prepared").body == "after prepare")
        #expect(try server.request("/prepared?stop=1").body == "stopped in prepare")
    }

    @Test(arguments: Provider.allCases)
    func fallsBack(provider: Provider) throws {
        let server = try WebServer(provider)
        let answer = try server.request("/fallback/x", method: "POST", body: "kept")
        #expect(answer.status == 200 && answer["X-Fallback"] == "/fallback/x" && answer.body == "kept")
    }

    @Test(arguments: Provider.allCases, ["/upload", "/async/upload"])
    func streamsBodies(provider: Provider, path: String) throws {
        let server = try WebServer(provider)
        let body = String(repeating: "x", count: 3_000_000)
        #expect(try server.request(path, method: "PUT", body: body).body.hasPrefix("3000000 bytes"))
        #expect(try server.request(path, method: "PUT", body: body).body.contains("overlapping") == false)
        #expect(try server.request(path, method: "PUT").body.hasPrefix("0 bytes"))
        let chunked =
            "PUT \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\nhello\r\n3\r\nxyz\r\n0\r\n\r\n"
        #expect(try Answer(try RawClient.exchange(port: server.port, chunked)).body.hasPrefix("8 bytes"))
    }

    @Test(arguments: Provider.allCases)
    func decidesOnTheBody(provider: Provider) throws {
        let server = try WebServer(provider)
        let client = try RawClient(port: server.port)
        client.send(
            "PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        #expect(client.receive(until: { $0.contains("100 Continue\r\n\r\n") }).text == "HTTP/1.1 100 Continue\r\n\r\n")
        client.send("hello")
        #expect(client.receive().text.contains("5 bytes, pieces, prepared first"))
        guard !provider.isEvhttp else { return }
        let refused = try RawClient(port: server.port)
        refused.send("PUT /upload?refuse=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        #expect(refused.receive().text.hasPrefix("HTTP/1.1 403 "))
    }
}
