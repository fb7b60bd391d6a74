// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// "hello hello hello" by Python's zlib.
private let gzip = bytes("1f8b0800000000000203cb48cdc9c957c84090008088f9e511000000")
private let zlib = bytes("789ccb48cdc9c957c84090003a2e067d")
private let raw = bytes("cb48cdc9c957c8409000")
/// A hundred thousand zeros.
private let zeros = bytes(
    "1f8b0800000000000203edc13101000000c2a0f54f6d0d0fa00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000008057037d9511d4a0860100"
)

private func bytes(_ digits: String) -> [UInt8] {
    let digits = digits.utf8.map { $0 >= 0x61 ? $0 - 0x57 : $0 - 0x30 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

private func answer(_ encoding: String, _ body: [UInt8]) -> ScriptServer.Step {
    .bytes(
        Array("HTTP/1.1 200 OK\r\nContent-Encoding: \(encoding)\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
    )
}

/// Bodies that come compressed.
var encodingChecks: [Check] {
    [
        Check("gzip and deflate are undone") {
            let table = [
                ("gzip", gzip), ("x-gzip", gzip), ("GZIP", gzip), ("deflate", zlib), ("deflate", raw),
                ("gzip", gzip + gzip),
            ]
            for (encoding, body) in table {
                try with(
                    try ScriptServer([.request, answer(encoding, body), .request, answer(encoding, body), .untilClosed])
                ) { server in
                    let response = try AsyncHTTPClient().fetch(server.url)
                    try expect(response.text.hasPrefix("hello hello hello"), "\(encoding): \(response.text)")
                    try expect(response.headers["Content-Encoding"], equals: nil)
                    try expect(response.headers["X-Consumed-Content-Encoding"], equals: encoding)
                    var request = HTTPRequest(server.url)
                    request.decompressResponse = false
                    let plain = try AsyncHTTPClient().fetch(request)
                    try expect(plain.body, equals: body)
                    try expect(plain.headers["Content-Encoding"], equals: encoding)
                    try expect(server.accepted, equals: 1)
                }
            }
            for (encoding, body) in [("br", [1, 2, 3]), ("identity", [1, 2]), ("gzip, gzip", gzip), ("gzip", [])]
                as [(String, [UInt8])]
            {
                try with(try ScriptServer([.request, answer(encoding, body), .untilClosed])) { server in
                    try expect(AsyncHTTPClient().fetch(server.url).body, equals: body)
                }
            }
        },
        Check("what is not what it says is an error") {
            let table = [
                ("gzip", Array("hello".utf8)), ("gzip", Array(gzip.dropLast())), ("gzip", gzip + [1]),
                ("deflate", gzip), ("gzip", zlib),
            ]
            for (encoding, body) in table {
                try with(try ScriptServer([.request, answer(encoding, body), .untilClosed])) { server in
                    let error = try failure { try AsyncHTTPClient().fetch(server.url) }
                    try expect(error.kind, equals: .malformed)
                    try expect(AsyncHTTPClient().connectionCount, equals: 0)
                }
            }
        },
        Check("a bomb is an error as soon as it is larger than allowed") {
            let bomb = Array(repeating: zeros, count: 200).flatMap { $0 }
            try with(try ScriptServer([.request, answer("gzip", bomb), .untilClosed])) { server in
                var request = HTTPRequest(server.url)
                request.maxBodySize = 1_000_000
                let error = try failure { try AsyncHTTPClient().fetch(request) }
                try expect(error.kind, equals: .tooLarge)
                var received = 0
                request.streamingCallback = { received += $0.count }
                try expect(failure { try AsyncHTTPClient().fetch(request) }.kind, equals: .tooLarge)
                try expect(received <= 1_000_000, "\(received)")
                request.maxBodySize = 20_000_000
                request.streamingCallback = nil
                try expect(AsyncHTTPClient().fetch(request).body.count, equals: 20_000_000)
            }
        },
        Check(task: "a bomb waits for whoever reads it slowly") {
            let bomb = Array(repeating: zeros, count: 200).flatMap { $0 }
            let server = try ScriptServer([.request, answer("gzip", bomb), .untilClosed])
            defer { server.stop() }
            let stream = try await AsyncHTTPClient().open(server.url)
            var count = 0
            for try await piece in stream {
                try expect(piece.count <= 64 * 1024 && piece.allSatisfy { $0 == 0 }, "\(piece.count)")
                count += piece.count
            }
            try expect(count, equals: 20_000_000)
        },
    ]
}
