// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Bodies that are given out while they arrive.
var streamChecks: [Check] {
    [
        Check("callbacks are given the head's lines and the body's pieces") {
            let answer =
                "HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"
            try with(try ScriptServer([.request, .send(redirect(302, "/")), .request, .send(answer), .untilClosed])) {
                server in
                var lines: [String] = []
                var pieces: [String] = []
                var request = HTTPRequest(server.url)
                request.headerCallback = { lines.append($0) }
                request.streamingCallback = { pieces.append(String(latin1: $0)) }
                let response = try AsyncHTTPClient().fetch(request)
                try expect(response.text, equals: "")
                try expect(pieces.joined(), equals: "abcde")
                try expect(
                    lines,
                    equals: ["HTTP/1.1 200 Fine\r\n", "Transfer-Encoding: chunked\r\n", "X-A: b\r\n", "\r\n"]
                )
            }
        },
        Check("what a callback throws ends the fetch") {
            struct Unwanted: Error {}
            try with(ScriptServer.answering(ok("abc"))) { server in
                var request = HTTPRequest(server.url)
                request.streamingCallback = { _ in throw Unwanted() }
                try expect(failure { try AsyncHTTPClient().fetch(request) }.kind, equals: .callback)
                request.streamingCallback = nil
                request.headerCallback = { _ in throw Unwanted() }
                let error = try failure { try AsyncHTTPClient().fetch(request) }
                try expect(error.kind, equals: .callback)
                try expect(error.description.contains("Unwanted"), "\(error)")
                try expect(AsyncHTTPClient().connectionCount, equals: 0)
            }
        },
        Check("a callback may close the client") {
            try with(ScriptServer.answering(ok("abc"))) { server in
                let client = AsyncHTTPClient(forceInstance: true)
                var request = HTTPRequest(server.url)
                request.streamingCallback = { _ in client.close() }
                try expect(failure { try client.fetch(request) }.kind, equals: .clientClosed)
                try expect(failure { try client.fetch(server.url) }.kind, equals: .clientClosed)
            }
        },
        Check("a callback may fetch something else") {
            try with(ScriptServer.answering(ok("abc"))) { server in
                var inner = ""
                var request = HTTPRequest(server.url)
                _ = try AsyncHTTPClient().fetch(server.url)
                request.streamingCallback = { _ in
                    // One that looks at a free connection first.
                    AsyncHTTPClient().fetch(HTTPRequest(server.url, method: "POST")) { inner = $0.text }
                }
                _ = try AsyncHTTPClient().fetch(request)
                for _ in 0..<50 where inner.isEmpty { try pause(0.05) }
                try expect(inner, equals: "abc")
            }
        },
        Check(task: "a stream gives pieces, then ends, and its connection is used again") {
            let server = try ScriptServer.answering(ok("abcdef", "X-A: b\r\n"))
            defer { server.stop() }
            for _ in 0..<3 {
                let stream = try await AsyncHTTPClient().open(server.url)
                try expect(stream.response.code, equals: 200)
                try expect(stream.response.headers["X-A"], equals: "b")
                var text = ""
                for try await piece in stream { text += String(latin1: piece) }
                try expect(text, equals: "abcdef")
            }
            try expect(server.accepted, equals: 1)
        },
        Check(task: "a slow reader slows the server down") {
            let size = 32 * 1024 * 1024
            let sent = Counter()
            let server = try ScriptServer([.request, .send(head(size)), .count(size, sent), .untilClosed])
            defer { server.stop() }
            let stream = try await AsyncHTTPClient().open(server.url)
            try await Task.sleep(for: .milliseconds(500))
            // What the kernels of both sides hold, and not more.
            try expect(sent.value < size - 8 * 1024 * 1024, "\(sent.value) bytes were taken although nobody reads")
            var count = 0
            for try await piece in stream { count += piece.count }
            try expect(count, equals: size)
        },
        Check(task: "a stream that is closed or dropped closes its connection") {
            let server = try ScriptServer([.request, .send(head(1000)), .send("abc"), .untilClosed])
            defer { server.stop() }
            let stream = try await AsyncHTTPClient().open(server.url)
            try expect(try await stream.read().map { String(latin1: $0) }, equals: "abc")
            stream.close()
            do {
                _ = try await stream.read()
                throw CheckFailure(description: "it could be read after close()")
            } catch let error as HTTPClientError {
                try expect(error.kind, equals: .cancelled)
            }
            try expect(AsyncHTTPClient().connectionCount, equals: 0)
            _ = try await AsyncHTTPClient().open(server.url)
            try expect(AsyncHTTPClient().connectionCount, equals: 0)
        },
        Check(task: "a stream tells of a body that breaks off, and of statuses") {
            let missing = "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno"
            let server = try ScriptServer(
                [.request, .send(head(1000)), .send("abc")],
                [.request, .send(missing), .request, .send(missing), .untilClosed]
            )
            defer { server.stop() }
            let stream = try await AsyncHTTPClient().open(server.url)
            var text = ""
            do {
                for try await piece in stream { text += String(latin1: piece) }
                throw CheckFailure(description: "the end was not noticed")
            } catch let error as HTTPClientError {
                try expect(error.kind, equals: .closed)
            }
            try expect(text, equals: "abc")
            do {
                _ = try await AsyncHTTPClient().open(server.url)
                throw CheckFailure(description: "a 404 was not told")
            } catch let error as HTTPClientError {
                try expect(error.code, equals: 404)
            }
            let stranger = try await AsyncHTTPClient().open(server.url, raiseError: false)
            try expect(stranger.response.code, equals: 404)
            try expect(try await stranger.read().map { String(latin1: $0) }, equals: "no")
            try expect(try await stranger.read() == nil, "there was more")
        },
    ]
}

private func head(_ size: Int) -> String { "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n" }
