// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What becomes of answers that ask for another request.
var redirectChecks: [Check] {
    [
        Check("methods and bodies change as Tornado has it") {
            let table: [(Int, String, String)] = [
                (301, "GET", "GET"), (302, "GET", "GET"), (303, "GET", "GET"), (307, "GET", "GET"), (308, "GET", "GET"),
                (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (307, "POST", "POST"),
                (308, "POST", "POST"),
                (301, "PUT", "PUT"), (303, "PUT", "GET"), (303, "HEAD", "HEAD"), (302, "HEAD", "HEAD"),
            ]
            for (status, method, expected) in table {
                let hasBody = method == "POST" || method == "PUT"
                let keepsBody = hasBody && method == expected
                let isNew = method == "POST" ? status < 307 : status == 303 && method != "HEAD"
                let read: [ScriptServer.Step] = hasBody ? [.request, .body(2)] : [.request]
                let again: [ScriptServer.Step] = keepsBody ? [.request, .body(2)] : [.request]
                let answer = method == "HEAD" ? "HTTP/1.1 200 OK\r\n\r\n" : ok("there")
                let server = try ScriptServer(
                    read + [.send(redirect(status, "/b?x#y"))] + again + [.send(answer), .untilClosed]
                )
                try with(server) { server in
                    var request = HTTPRequest(server.url + "a", method: method, headers: ["Content-Type": "text/x"])
                    if hasBody { request.body = Array("hi".utf8) }
                    let response = try AsyncHTTPClient().fetch(request)
                    try expect(response.text, equals: method == "HEAD" ? "" : "there")
                    try expect(response.effectiveURL, equals: "\(server.url)b?x#y")
                    let sent = server.requests[1]
                    try expect(sent.hasPrefix("\(expected) /b?x HTTP/1.1\r\n"), "\(status) \(method): \(sent)")
                    try expect(sent.hasSuffix("\r\n\r\nhi") == keepsBody, "\(status) \(method): \(sent)")
                    try expect(sent.contains("Content-Type") == !isNew, "\(status) \(method): \(sent)")
                    try expect(server.accepted, equals: 1)
                    try expect(response.timeInfo.redirect > 0, "\(response.timeInfo)")
                }
            }
        },
        Check("locations are resolved as RFC 3986 has it") {
            let table = [
                ("c", "/a/c"), ("./c", "/a/c"), ("../c", "/c"), ("../../../c", "/c"), ("/x/../y/./z", "/y/z"),
                ("?q", "/a/b?q"),
                ("", "/a/b?old"), ("c/", "/a/c/"), ("..", "/"), (".", "/a/"), ("/c?d=/../e", "/c?d=/../e"),
                ("c d", "/a/c%20d"),
            ]
            for (location, target) in table {
                let server = try ScriptServer([
                    .request, .send(redirect(302, location)), .request, .send(ok("")), .untilClosed,
                ])
                try with(server) { server in
                    let response = try AsyncHTTPClient().fetch("\(server.url)a/b?old#part")
                    try expect(
                        server.requests[1].hasPrefix("GET \(target) HTTP/1.1"),
                        "\(location): \(server.requests[1])"
                    )
                    // The fragment stays unless there is a new one.
                    try expect(response.effectiveURL.hasSuffix("#part"), response.effectiveURL)
                }
            }
            try with(ScriptServer.answering(ok("there"))) { target in
                for location in [target.url, "//127.0.0.1:\(target.port)", "HTTP://127.0.0.1:\(target.port)/x"] {
                    try with(ScriptServer.answering(redirect(302, location))) { server in
                        try expect(AsyncHTTPClient().fetch(server.url).text, equals: "there")
                    }
                }
            }
        },
        Check("secrets stay with the host that they were meant for") {
            try with(ScriptServer.answering(ok("there"))) { target in
                let same = try ScriptServer([
                    .request, .send(redirect(307, "/b")), .request, .send(redirect(307, target.url)), .untilClosed,
                ])
                try with(same) { server in
                    var request = HTTPRequest(server.url, headers: ["Cookie": "a=b", "X-Other": "c", "Host": "h"])
                    request.authUsername = "u"
                    request.authPassword = "p"
                    _ = try AsyncHTTPClient().fetch(request)
                    for sent in server.requests {
                        try expect(
                            sent.contains("Authorization: Basic dTpw\r\n") && sent.contains("Cookie: a=b\r\n"),
                            sent
                        )
                    }
                    let sent = target.requests[0]
                    try expect(!sent.contains("Authorization") && !sent.contains("Cookie"), sent)
                    try expect(
                        sent.contains("X-Other: c\r\n") && sent.contains("Host: 127.0.0.1:\(target.port)\r\n"),
                        sent
                    )
                }
                // Also those of the URL; a new URL may bring its own.
                let own = target.url.replacingFirst("://", "://x:y@")
                let other = try ScriptServer([
                    .request, .send(redirect(302, target.url)), .request, .send(redirect(302, own)), .untilClosed,
                ])
                try with(other) { server in
                    for _ in 0..<2 { _ = try AsyncHTTPClient().fetch(server.url.replacingFirst("://", "://u:p@")) }
                    try expect(
                        server.requests.allSatisfy { $0.contains("Authorization: Basic dTpw\r\n") },
                        "\(server.requests)"
                    )
                    try expect(!target.requests[1].contains("Authorization"), target.requests[1])
                    try expect(target.requests[2].contains("Authorization: Basic eDp5\r\n"), target.requests[2])
                }
            }
        },
        Check("redirects have an end") {
            try with(ScriptServer.answering(redirect(302, "/"))) { server in
                let error = try failure { try AsyncHTTPClient().fetch(server.url) }
                try expect(error.kind, equals: .tooManyRedirects)
                try expect(error.code, equals: 302)
                try expect(server.requests.count, equals: 6)
                var request = HTTPRequest(server.url)
                request.maxRedirects = 0
                try expect(failure { try AsyncHTTPClient().fetch(request) }.kind, equals: .tooManyRedirects)
                request.followRedirects = false
                let response = try AsyncHTTPClient().fetch(request, raiseError: false)
                try expect(response.code, equals: 302)
                try expect(response.headers["Location"], equals: "/")
                try expect(response.error?.kind, equals: .status)
            }
            // Without a Location there is nowhere to go.
            try with(ScriptServer.answering("HTTP/1.1 302 Found\r\nContent-Length: 1\r\n\r\na")) { server in
                let response = try AsyncHTTPClient().fetch(server.url, raiseError: false)
                try expect(response.text, equals: "a")
            }
            for location in ["ftp://x/", "http://", "http://a:b/", "javascript:x"] {
                try with(ScriptServer.answering(redirect(302, location))) { server in
                    let error = try failure { try AsyncHTTPClient().fetch(server.url) }
                    try expect([.request, .unsupported].contains(error.kind), "\(location): \(error)")
                }
            }
        },
        Check("the body of a redirect is passed over, a long one with its connection") {
            let short = "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 3\r\n\r\nabc"
            try with(try ScriptServer([.request, .send(short), .request, .send(ok("there")), .untilClosed])) { server in
                var pieces: [[UInt8]] = []
                var request = HTTPRequest(server.url)
                request.streamingCallback = { pieces.append($0) }
                _ = try AsyncHTTPClient().fetch(request)
                try expect(pieces, equals: [Array("there".utf8)])
                try expect(server.accepted, equals: 1)
            }
            let long =
                "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 1000000\r\n\r\n"
                + String(repeating: "x", count: 200_000)
            try with(try ScriptServer([.request, .send(long), .untilClosed], [.request, .send(ok("there"))])) {
                server in
                try expect(AsyncHTTPClient().fetch(server.url).text, equals: "there")
            }
        },
    ]
}

extension String {
    func replacingFirst(_ old: String, _ new: String) -> String {
        guard let place = self.indices.first(where: { self[$0...].hasPrefix(old) }) else { return self }
        return self[..<place] + new + self[self.index(place, offsetBy: old.count)...]
    }
}
