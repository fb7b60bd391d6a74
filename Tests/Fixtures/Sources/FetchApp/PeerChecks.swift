// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Where nginx and the proxy listen, as the test says: `FETCHAPP_PLAIN`, `FETCHAPP_GOOD` and so on.
private func port(_ name: String) -> String { environment("FETCHAPP_\(name)") ?? "0" }

private func file(_ name: String) -> String { environment("FETCHAPP_\(name)") ?? "/nowhere/\(name)" }

/// A request that trusts the tests' own authority.
private func trusting(_ url: String) -> HTTPRequest {
    var request = HTTPRequest(url)
    request.caCerts = file("CA")
    return request
}

// The client against nginx, and against a proxy in Python.

var plainChecks: [Check] {
    [
        Check("nginx: files, HEAD, ranges, errors, on one connection") {
            let url = "http://127.0.0.1:\(port("PLAIN"))"
            let client = AsyncHTTPClient()
            try expect(client.fetch("\(url)/small").text, equals: "small\n")
            try expect(client.fetch("\(url)/large").body.count, equals: 3_000_000)
            let head = try client.fetch(HTTPRequest("\(url)/large", method: "HEAD"))
            try expect(head.headers["Content-Length"], equals: "3000000")
            let part = try client.fetch(HTTPRequest("\(url)/small", headers: ["Range": "bytes=1-3"]))
            try expect(part.code, equals: 206)
            try expect(part.text, equals: "mal")
            try expect(client.fetch("\(url)/none", raiseError: false).code, equals: 404)
            var request = HTTPRequest("\(url)/small")
            request.ifModifiedSince = 4_000_000_000
            try expect(client.fetch(request, raiseError: false).code, equals: 304)
            try expect(client.connectionCount, equals: 1)
        },
        Check("nginx: gzip, redirects") {
            let url = "http://127.0.0.1:\(port("PLAIN"))"
            let response = try AsyncHTTPClient().fetch("\(url)/packed/text")
            try expect(response.body.count, equals: 500_000)
            try expect(response.headers["X-Consumed-Content-Encoding"], equals: "gzip")
            let moved = try AsyncHTTPClient().fetch("\(url)/moved")
            try expect(moved.text, equals: "small\n")
            try expect(moved.effectiveURL, equals: "\(url)/small")
        },
    ]
}

var tlsChecks: [Check] {
    [
        Check("nginx: https, on one connection, with its times") {
            let url = "https://localhost:\(port("GOOD"))/small"
            let first = try AsyncHTTPClient().fetch(trusting(url))
            try expect(first.text, equals: "small\n")
            try expect(
                first.timeInfo.appconnect >= first.timeInfo.connect && first.timeInfo.connect > 0,
                "\(first.timeInfo)"
            )
            try expect(AsyncHTTPClient().fetch(trusting(url)).timeInfo.appconnect, equals: 0)
            try expect(
                AsyncHTTPClient().fetch(trusting("https://localhost:\(port("GOOD"))/large")).body.count,
                equals: 3_000_000
            )
            try expect(AsyncHTTPClient().fetch(trusting("https://127.0.0.1:\(port("GOOD"))/small")).code, equals: 200)
            try expect(
                AsyncHTTPClient().fetch(trusting("https://localhost:\(port("CHAINED"))/small")).code,
                equals: 200
            )
        },
        Check("nginx: sessions are resumed") {
            let url = "https://localhost:\(port("GOOD"))/resumed"
            var request = trusting(url)
            request.headers["Connection"] = "close"
            try expect(AsyncHTTPClient().fetch(request).text, equals: ".")
            try expect(AsyncHTTPClient().fetch(request).text, equals: "r")
            var options = SSLOptions()
            options.caCerts = file("CA")
            options.resumption = false
            request.sslOptions = options
            for _ in 0..<2 { try expect(AsyncHTTPClient().fetch(request).text, equals: ".") }
        },
        Check("nginx: each certificate that is no good is refused for what it is") {
            let table: [(String, String)] = [
                ("EXPIRED", "expired"), ("WRONGHOST", "hostname mismatch"), ("SELFSIGNED", "self-signed"),
                ("REVOKED", "revoked"), ("REVOKEDCHAIN", "revoked"),
            ]
            for (name, words) in table {
                let url = "https://localhost:\(port(name))/small"
                var request = HTTPRequest(url)
                var options = SSLOptions()
                options.caCerts = file("CA")
                if name.hasPrefix("REVOKED") { options.crlFile = file("CRL") }
                request.sslOptions = options
                let error = try failure { try AsyncHTTPClient().fetch(request) }
                try expect(error.kind, equals: .certificate)
                try expect(error.description.contains(words) && error.description.contains(url), "\(name): \(error)")
                try expect(AsyncHTTPClient().connectionCount, equals: 0)
                // Whoever does not care, gets it.
                var careless = HTTPRequest(url)
                careless.validateCert = false
                try expect(AsyncHTTPClient().fetch(careless).text, equals: "small\n")
                AsyncHTTPClient().close()
            }
            // The system trusts nobody of ours, and connections of those who do not care are not for those who do.
            var careless = HTTPRequest("https://localhost:\(port("GOOD"))/small")
            careless.validateCert = false
            _ = try AsyncHTTPClient().fetch(careless)
            try expect(failure { try AsyncHTTPClient().fetch(careless.url) }.kind, equals: .certificate)
        },
        Check("nginx: a client's own certificate") {
            let url = "https://localhost:\(port("CLIENTS"))/who"
            var request = trusting(url)
            try expect(AsyncHTTPClient().fetch(request, raiseError: false).code, equals: 400)
            request.clientCert = file("CLIENT_CERT")
            request.clientKey = file("CLIENT_KEY")
            let who = try AsyncHTTPClient().fetch(request)
            try expect(who.text.contains("CN=client"), who.text)
            // Another host that it redirects to is not shown it.
            var moved = trusting("https://localhost:\(port("GOOD"))/to-clients")
            moved.clientCert = file("CLIENT_CERT")
            moved.clientKey = file("CLIENT_KEY")
            try expect(AsyncHTTPClient().fetch(moved, raiseError: false).code, equals: 400)
            request.clientCert = "/nowhere/cert.pem"
            let error = try failure { try AsyncHTTPClient().fetch(request) }
            try expect(error.kind, equals: .tls)
            try expect(error.description.contains("/nowhere/cert.pem"), "\(error)")
        },
        Check("nginx: https where there is none, and the other way round") {
            let error = try failure { try AsyncHTTPClient().fetch("https://127.0.0.1:\(port("PLAIN"))/small") }
            try expect([.tls, .reset, .closed].contains(error.kind), "\(error)")
            let plain = try AsyncHTTPClient().fetch("http://127.0.0.1:\(port("GOOD"))/small", raiseError: false)
            try expect(plain.code, equals: 400)
        },
        Check("nginx: up and down by TLS, in pieces") {
            var request = trusting("https://localhost:\(port("GOOD"))/small")
            var received = 0
            request = trusting("https://localhost:\(port("GOOD"))/large")
            request.streamingCallback = { received += $0.count }
            _ = try AsyncHTTPClient().fetch(request)
            try expect(received, equals: 3_000_000)
            var post = trusting("https://localhost:\(port("GOOD"))/taken")
            post.method = "POST"
            post.bodyProducer = .async { writer in
                for _ in 0..<40 { try await writer.write([UInt8](repeating: 0x61, count: 50_000)) }
            }
            let answer = try AsyncHTTPClient().fetch(post)
            try expect(answer.text, equals: "small\n")
            post.bodyProducer = nil
            post.body = [UInt8](repeating: 0x61, count: 2_000_000)
            try expect(AsyncHTTPClient().fetch(post).text, equals: "small\n")
        },
        Check(task: "nginx: a slow reader, by TLS") {
            let stream = try await AsyncHTTPClient().open(trusting("https://localhost:\(port("GOOD"))/large"))
            try await Task.sleep(for: .milliseconds(200))
            var count = 0
            for try await piece in stream {
                count += piece.count
                if count % 7 == 0 { try await Task.sleep(for: .milliseconds(1)) }
            }
            try expect(count, equals: 3_000_000)
        },
    ]
}

var tunnelChecks: [Check] {
    [
        Check("a proxy: tunnels and plain requests") {
            func request(_ url: String, password: String = "secret") -> HTTPRequest {
                var request = trusting(url)
                request.proxyHost = "127.0.0.1"
                request.proxyPort = Int(port("PROXY"))
                request.proxyUsername = "user"
                request.proxyPassword = password
                return request
            }
            let secure = "https://localhost:\(port("GOOD"))/small"
            for _ in 0..<3 { try expect(AsyncHTTPClient().fetch(request(secure)).text, equals: "small\n") }
            try expect(AsyncHTTPClient().connectionCount, equals: 1)
            try expect(
                AsyncHTTPClient().fetch(request("http://localhost:\(port("PLAIN"))/small")).text,
                equals: "small\n"
            )
            let error = try failure { try AsyncHTTPClient().fetch(request(secure, password: "wrong")) }
            try expect(error.kind, equals: .proxy)
            try expect(error.description.contains("407"), "\(error)")
            // The certificate must be the server's, not the proxy's.
            let wrong = try failure {
                try AsyncHTTPClient().fetch(request("https://localhost:\(port("WRONGHOST"))/small"))
            }
            try expect(wrong.kind, equals: .certificate)
        }
    ]
}
