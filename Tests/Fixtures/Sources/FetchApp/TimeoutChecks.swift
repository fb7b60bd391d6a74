// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Each time limit has an error of its own.
var timeoutChecks: [Check] {
    [
        Check("an answer that does not come, or drips") {
            let scripts: [[ScriptServer.Step]] = [
                [.request, .untilClosed],
                [.request, .send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"), .untilClosed],
                [.request, .drip(ok(String(repeating: "x", count: 1000)), 10)],
            ]
            for script in scripts {
                try with(try ScriptServer(script)) { server in
                    let error = try failure {
                        try AsyncHTTPClient().fetch(HTTPRequest(server.url, requestTimeout: 0.3))
                    }
                    try expect(error.kind, equals: .requestTimeout)
                    try expect(error.isTimeout && error.code == 599, "\(error)")
                    try expect(error.description.contains("no whole answer came within 0.3 s"), "\(error)")
                    try expect(AsyncHTTPClient().connectionCount, equals: 0)
                    // The time to connect is over when there is a connection.
                    let late = try failure {
                        try AsyncHTTPClient().fetch(HTTPRequest(server.url, connectTimeout: 0.1, requestTimeout: 0.4))
                    }
                    try expect(late.description.contains("within 0.4 s"), "\(late)")
                }
            }
        },
        Check("redirects are part of the whole time") {
            let slow: [ScriptServer.Step] = [.request, .sleep(0.15), .send(redirect(302, "/"))]
            let script: [ScriptServer.Step] = Array(repeating: slow, count: 10).flatMap { $0 }
            try with(try ScriptServer(script)) { server in
                var request = HTTPRequest(server.url, requestTimeout: 0.4)
                request.maxRedirects = 100
                try expect(failure { try AsyncHTTPClient().fetch(request) }.kind, equals: .requestTimeout)
            }
        },
        Check("a server that takes no connections") {
            let hole = try Blackhole()
            defer { hole.close() }
            let url = "http://127.0.0.1:\(hole.port)/"
            let error = try failure { try AsyncHTTPClient().fetch(HTTPRequest(url, connectTimeout: 0.3)) }
            try expect(error.kind, equals: .connectTimeout)
            try expect(error.description.contains("no connection within 0.3 s"), "\(error)")
        },
        Check("a turn that does not come") {
            var settings = HTTPClientSettings()
            settings.maxClients = 1
            let client = AsyncHTTPClient(forceInstance: true, settings: settings)
            try with(try ScriptServer([.request, .sleep(0.6), .send(ok("a")), .untilClosed])) { server in
                var first = ""
                client.fetch(server.url) { first = $0.text }
                let error = try failure { try client.fetch(HTTPRequest(server.url, connectTimeout: 0.2)) }
                try expect(error.kind, equals: .queueTimeout)
                try expect(error.description.contains("its turn did not come within 0.2 s"), "\(error)")
                for _ in 0..<50 where first.isEmpty { try pause(0.1) }
                try expect(first, equals: "a")
            }
            client.close()
        },
        Check("a host that says nothing where TLS is expected") {
            try with(try ScriptServer([.untilClosed])) { server in
                let url = "https://127.0.0.1:\(server.port)/"
                let error = try failure { try AsyncHTTPClient().fetch(HTTPRequest(url, connectTimeout: 0.3)) }
                try expect(error.kind, equals: .handshakeTimeout)
            }
        },
        Check("nobody listens, or resets") {
            let server = try ScriptServer([])
            server.stop()
            usleep(50_000)
            for host in ["127.0.0.1", "localhost"] {
                let error = try failure { try AsyncHTTPClient().fetch("http://\(host):\(server.port)/") }
                try expect(error.kind, equals: .refused)
                try expect(error.description.contains("Connection refused"), "\(error)")
            }
            try with(
                try ScriptServer([
                    .request, .send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na"), .sleep(0.1), .reset,
                ])
            ) { server in
                let error = try failure { try AsyncHTTPClient().fetch(server.url) }
                try expect(error.kind, equals: .reset)
            }
            let unknown = try failure { try AsyncHTTPClient().fetch("http://no.such.name.invalid/") }
            // A machine without a name server takes its time to say so.
            try expect(unknown.kind == .resolve || unknown.kind == .lookupTimeout, "\(unknown)")
        },
        Check("no limit, and callbacks in between") {
            try with(try ScriptServer([.request, .sleep(0.3), .send(ok("a")), .untilClosed])) { server in
                try expect(
                    AsyncHTTPClient().fetch(HTTPRequest(server.url, connectTimeout: 0, requestTimeout: 0)).text,
                    equals: "a"
                )
            }
        },
    ]
}
