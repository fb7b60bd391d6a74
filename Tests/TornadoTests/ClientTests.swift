// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// `AsyncHTTPClient` against servers that behave and servers that do not, on every loop.
@Suite struct ClientTests {
    /// What the fixture says of a fetch.
    private struct Report {
        let status: String
        let error: String
        let isTimeout: Bool
        let type: String
        let body: String

        init(_ text: String) throws {
            let lines = text.split(separator: "\n", maxSplits: 6, omittingEmptySubsequences: false).map(String.init)
            guard lines.count == 7 else { throw Answer.Malformed(text: text) }
            self.status = lines[0]
            self.error = String(lines[1].dropFirst("error: ".count))
            self.isTimeout = lines[2] == "timeout: true"
            self.type = String(lines[3].dropFirst("type: ".count))
            self.body = lines[5].isEmpty ? lines[6] : text
        }
    }

    private func fetch(
        _ server: WebServer,
        _ url: String,
        _ more: String = "",
        body: String? = nil
    ) throws -> Report {
        let quoted = url.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let method = body == nil ? "GET" : "POST"
        return try Report(server.request("/fetch?url=\(quoted)\(more)", method: method, body: body).body)
    }

    // MARK: A real server

    @Test(arguments: Provider.allCases)
    func filesComeFromPythonsServer(provider: Provider) throws {
        let python = try #require(Place.program("python3"), "python3 is not in PATH")
        let folder = FileManager.default.temporaryDirectory.appending(path: "gtornado-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let large = String(repeating: "0123456789abcdef", count: 50_000)
        try Data("hello".utf8).write(to: folder.appending(path: "a.txt"))
        try Data(large.utf8).write(to: folder.appending(path: "large.txt"))
        let peer = try ChildProcess([
            python, "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder.path, "0",
        ])
        let words = try peer.line(with: "Serving HTTP on").split(separator: " ")
        let port = try #require(words.compactMap { UInt16($0) }.first)

        let server = try WebServer(provider, fixture: "clientapp")
        for host in ["127.0.0.1", "localhost", "LOCALHOST"] {
            let small = try self.fetch(server, "http://\(host):\(port)/a.txt")
            #expect(small.status == "200 OK", "\(host): \(small.error)")
            #expect(small.error == "none")
            #expect(small.type == "text/plain")
            #expect(small.body == "hello")
        }
        #expect(try self.fetch(server, "http://127.0.0.1:\(port)/large.txt").body == large)
        let head = try self.fetch(server, "http://127.0.0.1:\(port)/large.txt", "&method=HEAD")
        #expect(head.status == "200 OK")
        #expect(head.body == "")
        let missing = try self.fetch(server, "http://127.0.0.1:\(port)/none#part")
        #expect(missing.status == "404 File not found")
        #expect(missing.error == "HTTP 404: File not found")
        // What a callback throws is logged.
        try server.process.line(with: "HTTP 404: File not found")
    }

    // MARK: What is sent

    @Test(arguments: Provider.allCases)
    func requestsAreSentAsSaid(provider: Provider) throws {
        // It says that it closes: no request but those that may be repeated is sent on a connection that is being closed.
        let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
        let peer = try RawServer(RawServer.Script(Array(answer.utf8)))
        let server = try WebServer(provider, fixture: "clientapp")
        let place = "127.0.0.1:\(peer.port)"
        #expect(try self.fetch(server, "http://\(place)?q=1", "&field=X-A:b").body == "ok")
        let agent = "User-Agent: gtornado/0.1.0\r\nAccept-Encoding: gzip, deflate\r\n"
        #expect(peer.request == "GET /?q=1 HTTP/1.1\r\nHost: \(place)\r\n\(agent)X-A: b\r\n\r\n")
        #expect(try self.fetch(server, "http://\(place)/a", "&method=PUT&field=Host:b", body: "x\ny").body == "ok")
        let head = "PUT /a HTTP/1.1\r\n\(agent)Host: b\r\nContent-Length: 3\r\n\r\n"
        #expect(peer.request.hasPrefix(head))
        #expect(try self.fetch(server, "http://\(place)/", "&method=POST").body == "ok")
        #expect(peer.request.hasSuffix("Content-Length: 0\r\n\r\n"))
    }

    @Test(arguments: Provider.allCases)
    func whatCannotBeSentIsRefused(provider: Provider) throws {
        let server = try WebServer(provider, fixture: "clientapp")
        let cases = [
            ("ftp://localhost/", "", "only http"), ("localhost/", "", "http://"),
            ("http:///x", "", "names no host"), ("http://a:0/", "", "port"), ("http://a:65536/", "", "port"),
            ("http://a:x/", "", "port"), ("http://a:+1/", "", "port"), ("http://[::1/", "", "bracket"),
            ("http://a b/", "", "percent-encode"), ("http://a/\u{E9}", "", "percent-encode"),
            ("http://a/\r\nX: y", "", "percent-encode"), ("http://u:p@/", "", "names no host"),
            ("http://a/", "&method=G%20T", "not a token"), ("http://a/", "&field=X:a%0D%0Ab", "can't be sent"),
            ("http://a/", "&field=Content-Length:1", "sets Content-Length itself"),
            ("http://a/", "&field=Transfer-Encoding:chunked", "sets Transfer-Encoding itself"),
        ]
        for (url, more, words) in cases {
            let report = try self.fetch(server, url, more)
            #expect(report.status.hasPrefix("599 "), "\(url)\(more)")
            #expect(report.error.contains(words), "\(url)\(more): \(report.error)")
        }
    }

    // MARK: A server that misbehaves

    @Test(arguments: Provider.allCases)
    func answersAreReadStrictly(provider: Provider) throws {
        let peer = try RawServer()
        let server = try WebServer(provider, fixture: "clientapp")
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let cases: [(answer: String, status: String, error: String, body: String)] = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "200 OK", "none", "abc"),
            (chunked + "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", "200 OK", "none", "abcdef"),
            ("HTTP/1.0 200 OK\r\n\r\nuntil the end", "200 OK", "none", "until the end"),
            ("HTTP/1.1 204 No Content\r\n\r\n", "204 No Content", "none", ""),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", "200 OK", "none", "a"),
            ("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 1\r\n\r\na", "302 Found", "HTTP 302", "a"),
            ("HTTP/1.1 500 Ouch\r\nContent-Length: 1\r\n\r\na", "500 Ouch", "HTTP 500: Ouch", "a"),
            ("", "599", "closed the connection before there was an answer", ""),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "599",
                "closed the connection before the answer was whole", ""
            ),
            (chunked + "3\r\nab", "599", "closed the connection before the answer was whole", ""),
            (chunked + "zz\r\n", "599", "hexadecimal", ""),
            ("SSH-2.0-OpenSSH\r\n", "599", "HTTP/1 status line", ""),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "599", "two Content-Length", ""),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", "599", "longer than the limit", ""),
            ("HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 65536), "599", "longer than the limit", ""),
        ]
        for row in cases {
            for isByteByByte in [false, true] where row.answer.utf8.count < 1000 || !isByteByByte {
                var script = RawServer.Script(Array(row.answer.utf8))
                script.isByteByByte = isByteByByte
                peer.play(script)
                let report = try self.fetch(server, "http://127.0.0.1:\(peer.port)/")
                let what = "\(row.answer.prefix(60).debugDescription) \(isByteByByte ? "byte by byte" : "whole")"
                #expect(report.status.hasPrefix(row.status), "\(what): \(report.status)")
                #expect(report.error.contains(row.error), "\(what): \(report.error)")
                #expect(report.body == row.body, "\(what)")
                #expect(!report.isTimeout)
            }
        }
    }

    @Test(arguments: Provider.allCases)
    func timeoutsAndBrokenConnectionsAreTold(provider: Provider) throws {
        let peer = try RawServer()
        let server = try WebServer(provider, fixture: "clientapp")
        let url = "http://127.0.0.1:\(peer.port)/"
        var script = RawServer.Script(Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab".utf8))
        script.closes = false
        peer.play(script)
        let late = try self.fetch(server, url, "&timeout=0.3")
        #expect(late.isTimeout)
        #expect(late.error.contains("no whole answer came within 0.3 s"))
        // The time to connect is over when there is a connection.
        let slow = try self.fetch(server, url, "&connect=0.1&timeout=0.4")
        #expect(slow.error.contains("no whole answer came within 0.4 s"))
        script = RawServer.Script(Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na".utf8))
        script.resets = true
        peer.play(script)
        let reset = try self.fetch(server, url)
        #expect(reset.status.hasPrefix("599 "))
        #expect(!reset.isTimeout)
        // A port that nobody listens on.
        let free = try RawServer().port
        usleep(50_000)
        let refused = try self.fetch(server, "http://localhost:\(free)/")
        #expect(refused.error.contains("Connection refused"), "\(refused.error)")
        let unknown = try self.fetch(server, "http://no.such.name.invalid/")
        #expect(unknown.status.hasPrefix("599 "))
        // A machine without a name server takes its time to say so.
        #expect(unknown.error.contains("the host was not found") || unknown.isTimeout, "\(unknown.error)")
    }

    @Test(arguments: Provider.allCases)
    func nothingIsLeftBehind(provider: Provider) throws {
        let peer = try RawServer(RawServer.Script(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)))
        let server = try WebServer(provider, fixture: "clientapp")
        func round() throws {
            for _ in 0..<20 { #expect(try self.fetch(server, "http://127.0.0.1:\(peer.port)/").body == "ok") }
        }
        try round()
        let before = server.process.descriptorCount
        try round()
        // The last connections may be closing yet.
        for _ in 0..<100 where server.process.descriptorCount > before { usleep(20_000) }
        #expect(server.process.descriptorCount <= before)
    }
}
