// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Bodies that are made while they are sent.
var uploadChecks: [Check] {
    [
        Check("pieces are chunks, or add up to a length") {
            let chunks = "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
            func producers(_ length: Int64?) -> [HTTPBodyProducer] {
                var all: [HTTPBodyProducer] = [
                    .async(length: length) { writer in
                        try await writer.write(Array("abc".utf8))
                        try await Task.sleep(for: .milliseconds(20))
                        try await writer.write([])
                        try await writer.write(Array("de".utf8))
                    },
                    .callback(length: length) { writer in
                        try writer.write(Array("abc".utf8)) { writer in
                            IOLoop.current.callLater(0.02) {
                                try writer.write(Array("de".utf8)) { $0.finish() }
                            }
                        }
                    },
                ]
                if Greenlet.isAvailable {
                    all.append(
                        .blocking(length: length) { writer in
                            try writer.write(Array("abc".utf8))
                            try Greenlet.sleep(0.02)
                            try writer.write(Array("de".utf8))
                        }
                    )
                }
                return all
            }
            for producer in producers(nil) {
                let server = try ScriptServer([
                    .request, .body(chunks.utf8.count), .send(ok("a")), .request, .send(ok("b")), .untilClosed,
                ])
                try with(server) { server in
                    var request = HTTPRequest(server.url, method: "POST")
                    request.bodyProducer = producer
                    try expect(AsyncHTTPClient().fetch(request).text, equals: "a")
                    try expect(
                        server.requests[0].hasSuffix("Transfer-Encoding: chunked\r\n\r\n" + chunks),
                        server.requests[0]
                    )
                    try expect(AsyncHTTPClient().fetch(server.url).text, equals: "b")
                    try expect(server.accepted, equals: 1)
                }
            }
            for producer in producers(5) {
                try with(try ScriptServer([.request, .body(5), .send(ok("a")), .untilClosed])) { server in
                    var request = HTTPRequest(server.url, method: "PUT")
                    request.bodyProducer = producer
                    try expect(AsyncHTTPClient().fetch(request).text, equals: "a")
                    try expect(server.requests[0].hasSuffix("Content-Length: 5\r\n\r\nabcde"), server.requests[0])
                }
            }
        },
        Check("a body that is longer or shorter than it was said to be") {
            for length in [4, 6] as [Int64] {
                try with(try ScriptServer([.request, .untilClosed])) { server in
                    var request = HTTPRequest(server.url, method: "POST")
                    request.bodyProducer = .async(length: length) { try await $0.write(Array("abcde".utf8)) }
                    let error = try failure { try AsyncHTTPClient().fetch(request) }
                    try expect(error.kind, equals: .callback)
                    try expect(error.description.contains("\(length) bytes"), "\(error)")
                }
            }
        },
        Check("a producer that fails") {
            struct Broken: Error {}
            try with(try ScriptServer([.request, .untilClosed])) { server in
                var request = HTTPRequest(server.url, method: "POST")
                for producer in [
                    HTTPBodyProducer.async { _ in throw Broken() }, .callback { _ in throw Broken() },
                    .async { writer in
                        try await writer.write([1])
                        throw Broken()
                    },
                ] {
                    request.bodyProducer = producer
                    let error = try failure { try AsyncHTTPClient().fetch(request) }
                    try expect(error.kind, equals: .callback)
                    try expect(error.description.contains("Broken"), "\(error)")
                }
                try expect(AsyncHTTPClient().connectionCount, equals: 0)
            }
        },
        Check("a server that reads slowly slows the producer down") {
            let server = try ScriptServer([.request, .sleep(0.5), .untilClosed])
            try with(server) { server in
                var written = 0
                var request = HTTPRequest(server.url, method: "POST", requestTimeout: 0.4)
                request.bodyProducer = .async { writer in
                    let piece = [UInt8](repeating: 0x78, count: 64 * 1024)
                    while true {
                        try await writer.write(piece)
                        written += piece.count
                    }
                }
                try expect(failure { try AsyncHTTPClient().fetch(request) }.kind, equals: .requestTimeout)
                try expect(
                    written > 0 && written < 64 * 1024 * 1024,
                    "\(written) bytes were written although nobody reads"
                )
            }
        },
        Check("an answer that comes early counts, and ends the producer") {
            try with(
                try ScriptServer([.request, .send("HTTP/1.1 403 No\r\nContent-Length: 1\r\n\r\na"), .untilClosed])
            ) { server in
                var end: (any Error)?
                var request = HTTPRequest(server.url, method: "POST")
                request.bodyProducer = .async { writer in
                    do {
                        while true {
                            try await writer.write([1, 2, 3])
                            try await Task.sleep(for: .milliseconds(5))
                        }
                    } catch {
                        end = error
                        throw error
                    }
                }
                try expect(AsyncHTTPClient().fetch(request, raiseError: false).code, equals: 403)
                for _ in 0..<50 where end == nil { try pause(0.05) }
                try expect(end != nil, "the producer goes on")
                try expect(AsyncHTTPClient().connectionCount, equals: 0)
            }
        },
        Check("a redirect that keeps the body has it made again") {
            let answer: [ScriptServer.Step] = [
                .request, .body(3), .send(redirect(307, "/b")), .request, .body(3), .send(ok("there")), .untilClosed,
            ]
            try with(try ScriptServer(answer)) { server in
                var request = HTTPRequest(server.url, method: "POST")
                request.bodyProducer = .async(length: 3) { try await $0.write(Array("abc".utf8)) }
                try expect(AsyncHTTPClient().fetch(request).text, equals: "there")
                try expect(server.requests[1].hasSuffix("\r\n\r\nabc"), server.requests[1])
            }
        },
        Check("a producer waits for the server's word too") {
            let answer: [ScriptServer.Step] = [
                .request, .sleep(0.1), .send("HTTP/1.1 100 Continue\r\n\r\n"), .body(3), .send(ok("a")), .untilClosed,
            ]
            try with(try ScriptServer(answer)) { server in
                var request = HTTPRequest(server.url, method: "POST")
                request.expect100Continue = true
                request.bodyProducer = .async(length: 3) { try await $0.write(Array("abc".utf8)) }
                try expect(AsyncHTTPClient().fetch(request).text, equals: "a")
            }
        },
    ]
}
