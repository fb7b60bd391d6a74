// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// The two origins of the tests' `DigestServer`.
private var here: String { "http://127.0.0.1:\(environment("FETCHAPP_DIGEST") ?? "0")" }
private var there: String { "http://127.0.0.1:\(environment("FETCHAPP_DIGEST_OTHER") ?? "0")" }

private func request(_ url: String, user: String = "Mufasa", password: String = "Circle of Life") -> HTTPRequest {
    var request = HTTPRequest(url)
    request.authMode = .digest
    request.authUsername = user
    request.authPassword = password
    return request
}

/// What the server was asked since the last time, a line each.
private func asked() throws -> [String] {
    let client = HTTPClient()
    defer { client.close() }
    return try client.fetch("\(here)/log").text.split(separator: "\n").map(String.init)
}

/// `Digest` credentials, against a server that checks them by itself.
var digestChecks: [Check] {
    [
        Check("Digest: each algorithm and qop, the challenge used again") {
            _ = try asked()
            let algorithms = [
                "MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "sha-256", "SHA-512-256", "SHA-512-256-sess",
            ]
            for algorithm in algorithms {
                for qop in ["auth", "auth-int", "auth-int,auth", "none"] where qop != "none" || algorithm == "MD5" {
                    let path = "/\(algorithm)/\(qop)/a?b=c%20d"
                    let client = AsyncHTTPClient(forceInstance: true)
                    for number in 1...3 {
                        let answer = try client.fetch(request(here + path))
                        try expect(answer.text, equals: "Mufasa \(qop == "none" ? 0 : number) 0")
                        try expect(answer.timeInfo.redirect > 0, "\(answer.timeInfo)", is: number == 1)
                    }
                    try expect(client.connectionCount, equals: 1)
                    client.close()
                    let digest = "GET \(path) Digest"
                    try expect(asked(), equals: ["GET \(path) -", digest, digest, digest])
                }
            }
        },
        Check("Digest: a wrong password is told once, and is nobody else's") {
            _ = try asked()
            let url = "\(here)/SHA-256/auth/x"
            let client = AsyncHTTPClient()
            let error = try failure { try client.fetch(request(url, password: "wrong")) }
            try expect(error.kind, equals: .status)
            try expect(error.code, equals: 401)
            try expect(error.response?.text ?? "", equals: "who are you?")
            try expect(asked().count, equals: 2)
            try expect(client.fetch(request(url)).text, equals: "Mufasa 1 0")
            // Nor does it go to those who have no credentials, or other ones.
            try expect(client.fetch(url, raiseError: false).code, equals: 401)
            try expect(client.fetch(request(url, password: "x"), raiseError: false).code, equals: 401)
            let path = "/SHA-256/auth/x"
            try expect(
                asked(),
                equals: ["GET \(path) -", "GET \(path) Digest", "GET \(path) -", "GET \(path) -", "GET \(path) Digest"]
            )
        },
        Check("Digest: two users of one server do not disturb each other") {
            _ = try asked()
            let client = AsyncHTTPClient(forceInstance: true)
            defer { client.close() }
            for number in 1...2 {
                for user in ["Mufasa", "J\u{E4}s\u{F8}n Doe"] {
                    let answer = try client.fetch(request("\(here)/MD5/auth/x", user: user))
                    try expect(String(decoding: answer.body, as: UTF8.self), equals: "\(user) \(number) 0")
                }
            }
            let path = "GET /MD5/auth/x"
            let first = ["\(path) -", "\(path) Digest"]
            try expect(asked(), equals: first + first + ["\(path) Digest", "\(path) Digest"])
        },
        Check("Digest: asked for by default, a request's own password does not go out in the clear") {
            var settings = HTTPClientSettings()
            settings.defaults.authMode = .digest
            settings.defaults.proxyAuthMode = .digest
            let client = AsyncHTTPClient(forceInstance: true, settings: settings)
            defer { client.close() }
            let refusal = "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"
            try with(ScriptServer.answering(refusal)) { server in
                var own = HTTPRequest(server.url)
                own.authUsername = "Mufasa"
                own.authPassword = "Circle of Life"
                try expect(client.fetch(own, raiseError: false).code, equals: 401)
                own.authUsername = nil
                own.proxyHost = "127.0.0.1"
                own.proxyPort = Int(server.port)
                own.proxyUsername = "Mufasa"
                own.proxyPassword = "Circle of Life"
                try expect(client.fetch(own, raiseError: false).code, equals: 401)
                try expect(server.requests.count, equals: 2)
                try expect(!server.requests.contains { $0.contains("Basic") }, "\(server.requests)")
            }
        },
        Check("Digest: nonces that are stale, and those that come with answers") {
            let client = AsyncHTTPClient()
            for number in 0..<5 {
                let answer = try client.fetch(request("\(here)/MD5/auth/x?uses=2"))
                try expect(answer.text, equals: "Mufasa \(number % 2 + 1) 0")
            }
            // The first, then one for each: two and two, and the last alone.
            try expect(asked().count, equals: 1 + 5 + 2)
            for _ in 0..<4 {
                try expect(client.fetch(request("\(here)/MD5/auth/x?nextnonce")).text.hasPrefix("Mufasa"), "refused")
            }
            try expect(client.fetch(request("\(here)/MD5/auth/x?nextnonce")).text, equals: "Mufasa 1 0")
            _ = try asked()
            // One that never stops is given up.
            let never = try client.fetch(request("\(here)/MD5/auth/x?uses=0"), raiseError: false)
            try expect(never.code, equals: 401)
            try expect(asked().count <= 5, "it goes on")
        },
        Check("Digest: bodies are sent again, and producers called again") {
            for qop in ["auth", "auth-int"] {
                var post = request("\(here)/MD5/\(qop)/x")
                post.method = "POST"
                post.body = [UInt8](repeating: 0x61, count: 300_000)
                let client = AsyncHTTPClient(forceInstance: true)
                for number in 1...2 { try expect(client.fetch(post).text, equals: "Mufasa \(number) 300000") }
                post.expect100Continue = true
                try expect(client.fetch(post).text, equals: "Mufasa 3 300000")
                client.close()
            }
            var calls = 0
            let pieces = [[UInt8]](repeating: [UInt8](repeating: 0x62, count: 10_000), count: 20)
            var producers: [HTTPBodyProducer] = [
                .async { writer in
                    calls += 1
                    for piece in pieces { try await writer.write(piece) }
                },
                .callback(length: 4) { writer in
                    calls += 1
                    try writer.write([1, 2, 3, 4]) { $0.finish() }
                },
            ]
            if Greenlet.isAvailable {
                producers.append(
                    .blocking { writer in
                        calls += 1
                        for piece in pieces { try writer.write(piece) }
                    }
                )
            }
            for (index, producer) in producers.enumerated() {
                let client = AsyncHTTPClient(forceInstance: true)
                var post = request("\(here)/MD5/auth/x")
                post.method = "POST"
                post.bodyProducer = producer
                calls = 0
                for number in 1...2 {
                    try expect(client.fetch(post).text, equals: "Mufasa \(number) \(index == 1 ? 4 : 200_000)")
                    try expect(calls, equals: number + 1)
                }
                post.url = "\(here)/MD5/auth-int/x"
                let other = AsyncHTTPClient(forceInstance: true)
                let error = try failure { try other.fetch(post) }
                try expect(error.kind, equals: .authentication)
                try expect(error.code, equals: 401)
                try expect(error.description.contains("auth-int"), "\(error)")
                other.close()
                client.close()
            }
        },
        Check("Digest: redirects keep credentials on their origin, and take none to another") {
            let client = AsyncHTTPClient()
            _ = try asked()
            let own = "/MD5/auth/b"
            try expect(client.fetch(request("\(here)/MD5/auth/a?to=\(own)")).text, equals: "Mufasa 2 0")
            try expect(asked().last ?? "", equals: "GET \(own) Digest")
            let foreign = try client.fetch(request("\(here)/MD5/auth/a?to=\(there)/MD5/auth/c"), raiseError: false)
            try expect(foreign.code, equals: 401)
            try expect(asked().last ?? "", equals: "GET /MD5/auth/c -")
            // Back where it came from, it is still a stranger's.
            let back = "\(there)/MD5/auth/c"
            let named = back.replacing("http://", with: "http://Mufasa:Circle%20of%20Life@")
            try expect(client.fetch(request("\(here)/MD5/auth/a?to=\(named)")).text, equals: "Mufasa 1 0")
        },
        Check("Digest: names that are hashed, and names that are not ASCII") {
            for user in ["Mufasa", "J\u{E4}s\u{F8}n Doe"] {
                for options in ["", "?charset", "?userhash", "?userhash&charset"] {
                    let answer = try AsyncHTTPClient().fetch(request("\(here)/SHA-256/auth/x\(options)", user: user))
                    try expect(String(decoding: answer.body, as: UTF8.self).hasPrefix(user), answer.text)
                    AsyncHTTPClient().close()
                }
            }
            let named = here.replacing("http://", with: "http://Mufasa:Circle%20of%20Life@")
            var inURL = HTTPRequest("\(named)/MD5/auth/x")
            inURL.authMode = .digest
            try expect(AsyncHTTPClient().fetch(inURL).text, equals: "Mufasa 1 0")
        },
        Check("Digest: the first challenge that can be answered, or why there is none") {
            try expect(AsyncHTTPClient().fetch(request("\(here)/MD5/auth/x?other")).text, equals: "Mufasa 1 0")
            let unknown = try failure { try AsyncHTTPClient().fetch(request("\(there)/ROT13/auth/x")) }
            try expect(unknown.kind, equals: .authentication)
            try expect(unknown.code, equals: 401)
            try expect(unknown.description.contains("ROT13, which is not spoken"), "\(unknown)")
            try expect(unknown.response?.text ?? "", equals: "who are you?")
            let basic = "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n"
            try with(ScriptServer.answering(basic)) { server in
                try expect(failure { try AsyncHTTPClient().fetch(request(server.url)) }.kind, equals: .status)
                try expect(server.requests.count, equals: 1)
                try expect(!server.requests[0].contains("Authorization"), server.requests[0])
            }
        },
        Check("Digest: a proxy's challenge, for plain requests and for tunnels") {
            func proxied(_ url: String, password: String = "Circle of Life") -> HTTPRequest {
                var request = HTTPRequest(url)
                request.caCerts = environment("FETCHAPP_CA")
                request.proxyHost = "127.0.0.1"
                request.proxyPort = environment("FETCHAPP_DIGEST").flatMap { Int($0) }
                request.proxyUsername = "Mufasa"
                request.proxyPassword = password
                request.proxyAuthMode = .digest
                return request
            }
            _ = try asked()
            for number in 1...2 {
                try expect(AsyncHTTPClient().fetch(proxied("http://far.example/x")).text, equals: "Mufasa \(number) 0")
            }
            let port = environment("FETCHAPP_GOOD") ?? "0"
            let secure = "https://localhost:\(port)/small"
            var once = proxied(secure)
            once.headers["Connection"] = "close"
            for _ in 0..<3 { try expect(AsyncHTTPClient().fetch(once).text, equals: "small\n") }
            let plain = "GET http://far.example/x"
            let tunnel = "CONNECT localhost:\(port)"
            try expect(
                asked(),
                equals: [
                    "\(plain) -", "\(plain) Digest", "\(plain) Digest", "\(tunnel) -", "\(tunnel) Digest",
                    "\(tunnel) Digest", "\(tunnel) Digest",
                ]
            )
            for url in [secure, "http://far.example/y"] {
                let error = try failure { try AsyncHTTPClient().fetch(proxied(url, password: "wrong")) }
                try expect([.proxy, .status].contains(error.kind) && error.description.contains("407"), "\(error)")
            }
        },
        Check("Digest: callbacks, streams, and many at a time") {
            var codes: [Int] = []
            var heads = 0
            var streamed: [UInt8] = []
            var first = request("\(here)/SHA-256/auth/x")
            first.headerCallback = { if $0.hasPrefix("HTTP/") { heads += 1 } }
            first.streamingCallback = { streamed += $0 }
            AsyncHTTPClient().fetch(first) { codes.append($0.code) }
            for _ in 0..<500 where codes.isEmpty { try pause(0.01) }
            try expect(codes, equals: [200])
            try expect(heads, equals: 1)
            try expect(String(latin1: streamed), equals: "Mufasa 1 0")
            for _ in 0..<30 { AsyncHTTPClient().fetch(request("\(here)/MD5/auth/x")) { codes.append($0.code) } }
            for _ in 0..<1000 where codes.count < 31 { try pause(0.01) }
            try expect(codes, equals: Array(repeating: 200, count: 31))
        },
        Check(task: "Digest: in tasks") {
            let client = AsyncHTTPClient()
            try expect(await client.fetch(request("\(here)/MD5-sess/auth/x")).text, equals: "Mufasa 1 0")
            let stream = try await client.open(request("\(here)/MD5-sess/auth/x"))
            var text: [UInt8] = []
            for try await piece in stream { text += piece }
            try expect(String(latin1: text), equals: "Mufasa 2 0")
        },
    ]
}

/// The condition must be what is wanted.
private func expect(_ condition: Bool, _ what: String, is wanted: Bool, line: Int = #line) throws {
    try expect(condition == wanted, what, line: line)
}
