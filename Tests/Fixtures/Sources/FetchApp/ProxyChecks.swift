// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Other ways there: proxies and unix sockets.
var proxyChecks: [Check] {
    [
        Check("a plain request goes to the proxy whole, with credentials for it") {
            try with(ScriptServer.answering(ok("by proxy"))) { proxy in
                var request = HTTPRequest("http://u:p@far.example:81/a?b#c")
                request.proxyHost = "127.0.0.1"
                request.proxyPort = Int(proxy.port)
                request.proxyUsername = "x"
                request.proxyPassword = "y"
                let response = try AsyncHTTPClient().fetch(request)
                try expect(response.text, equals: "by proxy")
                let sent = proxy.requests[0]
                try expect(sent.hasPrefix("GET http://far.example:81/a?b HTTP/1.1\r\nHost: far.example:81\r\n"), sent)
                try expect(sent.contains("Proxy-Authorization: Basic eDp5\r\n"), sent)
                try expect(sent.contains("Authorization: Basic dTpw\r\n"), sent)
                // Connections by a proxy are not for requests without it, or with other credentials.
                request.proxyPassword = "z"
                _ = try AsyncHTTPClient().fetch(request)
                try expect(proxy.accepted, equals: 2)
            }
        },
        Check("a proxy that makes no tunnel") {
            let answers: [(String, HTTPClientError.Kind, String)] = [
                ("HTTP/1.1 407 Who Are You\r\nContent-Length: 5\r\n\r\nhello", .proxy, "407 Who Are You"),
                ("HTTP/1.1 502 Bad Gateway\r\n\r\n", .proxy, "502"),
                ("HTTP/1.1 200 OK\r\n\r\nmore", .proxy, "more than its answer"),
                ("nonsense\r\n\r\n", .malformed, "no good"),
                ("HTTP/1.1 200 OK\r\n", .closed, "before it made a tunnel"),
                ("", .closed, "before it made a tunnel"),
            ]
            for (answer, kind, words) in answers {
                for step in [ScriptServer.Step.send(answer), .drip(answer, 0)]
                where answer.hasSuffix("more") == false || step.isWhole {
                    try with(try ScriptServer([.request, step])) { proxy in
                        var request = HTTPRequest("https://far.example/a")
                        request.proxyHost = "127.0.0.1"
                        request.proxyPort = Int(proxy.port)
                        request.proxyUsername = "x"
                        let error = try failure { try AsyncHTTPClient().fetch(request) }
                        try expect(error.kind, equals: kind)
                        try expect(error.description.contains(words), "\(error)")
                        let sent = proxy.requests[0]
                        try expect(
                            sent.hasPrefix("CONNECT far.example:443 HTTP/1.1\r\nHost: far.example:443\r\n"),
                            sent
                        )
                        try expect(sent.contains("Proxy-Authorization: Basic eDo=\r\n"), sent)
                        try expect(AsyncHTTPClient().connectionCount, equals: 0)
                    }
                }
            }
        },
        Check("a unix socket stands for any host") {
            let path = "/tmp/fetchapp-\(getpid())"
            defer { unlink(path) }
            let app = Application()
            app.get("/x") { handler in handler.write("unix") }
            let server = HTTPServer(app)
            try server.listen(on: "unix:\(path)")
            defer { server.close() }
            var request = HTTPRequest("http://any.example/x")
            request.unixSocket = path
            try expect(AsyncHTTPClient().fetch(request).text, equals: "unix")
            request.unixSocket = path + "-none"
            try expect(failure { try AsyncHTTPClient().fetch(request) }.kind, equals: .connect)
        },
        Check("a source address, and no IPv6") {
            try with(ScriptServer.answering(ok("a"))) { server in
                var request = HTTPRequest("http://localhost:\(server.port)/")
                request.networkInterface = "127.0.0.3"
                request.allowIPv6 = false
                try expect(AsyncHTTPClient().fetch(request).text, equals: "a")
                request.networkInterface = "203.0.113.1"
                try expect(failure { try AsyncHTTPClient().fetch(request) }.kind, equals: .connect)
                var six = HTTPRequest("http://[::1]:\(server.port)/")
                six.allowIPv6 = false
                try expect(
                    failure { try AsyncHTTPClient().fetch(six) }.description.contains("no address that may be used"),
                    "IPv6"
                )
            }
        },
    ]
}

extension ScriptServer.Step {
    fileprivate var isWhole: Bool { if case .send = self { true } else { false } }
}
