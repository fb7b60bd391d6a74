// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Callbacks, tasks, and blocking calls outside of greenlets.
var formChecks: [Check] {
    [
        Check("a callback is called once, later, with the answer or the error") {
            try with(ScriptServer.answering(ok("a"))) { server in
                let loop = IOLoop.current
                for url in [server.url, "http://127.0.0.1:1/", "nonsense"] {
                    var calls: [HTTPResponse] = []
                    AsyncHTTPClient().fetch(url) { response in
                        calls.append(response)
                        loop.stop()
                    }
                    try expect(calls.isEmpty, "it was called inside")
                    try loop.start()
                    try pause(0.02)
                    try expect(calls.count, equals: 1)
                    switch calls[0].result {
                    case .success(let response): try expect(response.text, equals: "a")
                    case .failure(let error): try expect(url != server.url && error.code == 599, "\(error)")
                    }
                }
            }
        },
        Check("a blocking call in a callback of the loop is an error, in words") {
            let loop = IOLoop.current
            var error: (any Error)?
            loop.spawnCallback {
                do { _ = try AsyncHTTPClient().fetch("http://127.0.0.1:1/") } catch let caught { error = caught }
                loop.stop()
            }
            try loop.start()
            try expect(error is GreenletError, "\(String(describing: error))")
        },
        Check("HTTPClient fetches one after the other") {
            try with(ScriptServer.answering(ok("a"))) { server in
                let client = HTTPClient()
                for _ in 0..<3 { try expect(client.fetch(server.url).text, equals: "a") }
                try expect(server.accepted, equals: 1)
                client.close()
            }
        },
        Check(task: "a task awaits answers, many at a time") {
            let server = try ScriptServer.answering(ok("a"))
            defer { server.stop() }
            let client = AsyncHTTPClient()
            var texts: [String] = []
            var tasks: [Task<Void, Never>] = []
            for _ in 0..<30 {
                tasks.append(
                    IOLoop.current.spawn {
                        let response = try? await client.fetch(server.url)
                        texts.append(response?.text ?? "failed")
                    }
                )
            }
            for task in tasks { await task.value }
            try expect(texts, equals: Array(repeating: "a", count: 30))
            try expect(server.accepted <= 10, "\(server.accepted) connections, although maxClients is 10")
        },
        Check(task: "a cancelled task ends its request and closes its connection") {
            let server = try ScriptServer([.request, .untilClosed])
            defer { server.stop() }
            var end: (any Error)?
            let task = IOLoop.current.spawn {
                do { _ = try await AsyncHTTPClient().fetch(server.url) } catch { end = error }
            }
            for _ in 0..<100 where server.requests.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            try expect(AsyncHTTPClient().connectionCount, equals: 1)
            task.cancel()
            await task.value
            try expect(end is CancellationError, "\(String(describing: end))")
            try expect(AsyncHTTPClient().connectionCount, equals: 0)
            for _ in 0..<100 where server.closedByClient == 0 { try await Task.sleep(for: .milliseconds(20)) }
            try expect(server.closedByClient, equals: 1)
            // One that waits for its turn goes without leaving anything behind, too.
            let other = IOLoop.current.spawn { _ = try? await AsyncHTTPClient().fetch(server.url) }
            other.cancel()
            await other.value
            try expect(AsyncHTTPClient().connectionCount, equals: 0)
        },
        Check("a client that is closed tells all who wait") {
            var settings = HTTPClientSettings()
            settings.maxClients = 2
            try with(try ScriptServer([.request, .untilClosed])) { server in
                let client = AsyncHTTPClient(forceInstance: true, settings: settings)
                var kinds: [HTTPClientError.Kind?] = []
                for _ in 0..<5 { client.fetch(server.url) { kinds.append($0.error?.kind) } }
                try pause(0.1)
                client.close()
                try pause(0.05)
                try expect(kinds, equals: Array(repeating: .clientClosed, count: 5))
            }
        },
        Check("an instance that nobody holds finishes, and closes its connections") {
            try with(try ScriptServer([.request, .sleep(0.2), .send(ok("a")), .untilClosed])) { server in
                var text = ""
                AsyncHTTPClient(forceInstance: true).fetch(server.url) { text = $0.text }
                for _ in 0..<50 where text.isEmpty { try pause(0.05) }
                try expect(text, equals: "a")
            }
        },
        Check("defaults are for requests that do not say otherwise") {
            try with(ScriptServer.answering(redirect(302, "/"))) { server in
                var settings = HTTPClientSettings()
                settings.defaults.userAgent = "ours"
                settings.defaults.followRedirects = false
                AsyncHTTPClient.configure(settings)
                let client = AsyncHTTPClient(forceInstance: true)
                AsyncHTTPClient.configure(HTTPClientSettings())
                var request = HTTPRequest(server.url)
                try expect(client.fetch(request, raiseError: false).code, equals: 302)
                request.followRedirects = true
                request.userAgent = "mine"
                try expect(failure { try client.fetch(request) }.kind, equals: .tooManyRedirects)
                try expect(server.requests[0].contains("User-Agent: ours\r\n"), server.requests[0])
                try expect(server.requests[1].contains("User-Agent: mine\r\n"), server.requests[1])
                client.close()
            }
        },
    ]
}

/// Blocking calls in greenlets.
var greenletChecks: [Check] {
    [
        Check("greenlets wait for answers, many at a time") {
            try with(ScriptServer.answering(ok("a"))) { server in
                let jobs = (0..<30).map { _ in Greenlet.spawn { try AsyncHTTPClient().fetch(server.url).text } }
                for job in jobs { try expect(job.get(), equals: "a") }
                try expect(server.accepted <= 10, "\(server.accepted) connections")
            }
        },
        Check("a killed greenlet ends its request and closes its connection") {
            try with(try ScriptServer([.request, .untilClosed])) { server in
                let job = Greenlet.spawn { _ = try AsyncHTTPClient().fetch(server.url) }
                for _ in 0..<100 where server.requests.isEmpty { try Greenlet.sleep(0.02) }
                try expect(AsyncHTTPClient().connectionCount, equals: 1)
                try job.kill()
                try expect(AsyncHTTPClient().connectionCount, equals: 0)
            }
        },
        Check("a greenlet reads a stream as fast as it likes") {
            let size = 8 * 1024 * 1024
            let sent = Counter()
            let head = "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n"
            try with(try ScriptServer([.request, .send(head), .count(size, sent), .untilClosed])) { server in
                let job = Greenlet.spawn {
                    let stream = try AsyncHTTPClient().open(server.url)
                    var count = 0
                    while let piece = try stream.read() { count += piece.count }
                    return count
                }
                try expect(job.get(), equals: size)
            }
        },
        Check("a task and a greenlet share a client") {
            try with(ScriptServer.answering(ok("a"))) { server in
                let job = Greenlet.spawn { try AsyncHTTPClient().fetch(server.url).text }
                var text = ""
                let task = IOLoop.current.spawn {
                    text = (try? await AsyncHTTPClient().fetch(server.url).text) ?? "failed"
                }
                try expect(job.get(), equals: "a")
                try Greenlet.wait { await task.value }
                try expect(text, equals: "a")
            }
        },
    ]
}
