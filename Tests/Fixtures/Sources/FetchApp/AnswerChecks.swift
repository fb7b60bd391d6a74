// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What a server may send, and what comes of it: each row is fed whole and byte by byte.
private struct Row {
    let answer: String
    /// The status and the body, or the kind of failure.
    let outcome: String

    init(_ answer: String, _ outcome: String) {
        self.answer = answer
        self.outcome = outcome
    }
}

private let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
private let length3 = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"

private let rows = [
    Row(length3 + "\r\nabc", "200 abc"), Row(length3 + "\r\nabcgarbage", "200 abc"),
    Row(chunked + "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", "200 abcdef"), Row(chunked + "0\r\n\r\n", "200 "),
    Row(chunked + "1\r\na\r\n0\r\nX: y\r\n\r\n", "200 a"),
    Row("HTTP/1.0 200 OK\r\n\r\nuntil the end", "200 until the end"),
    Row("HTTP/1.1 204 No Content\r\n\r\n", "204 "), Row("HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n", "205 "),
    Row("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", "200 a"),
    Row("HTTP/1.1 102 Busy\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "200 a"),
    Row("HTTP/1.1 500 Ouch\r\nContent-Length: 1\r\n\r\na", "500 a"),
    Row("HTTP/1.1 999 \r\nContent-Length: 0\r\n\r\n", "999 "),
    // Ends that come too early.
    Row("", "closed"), Row("HTTP/1.1 200 OK\r\n", "closed"), Row(length3 + "\r\nab", "closed"),
    Row(chunked + "3\r\nab", "closed"),
    Row(chunked + "3\r\nabc\r\n", "closed"), Row(chunked + "0\r\n", "closed"),
    Row("HTTP/1.1 100 Continue\r\n\r\n", "closed"),
    // Status lines.
    Row("SSH-2.0-OpenSSH\r\n", "malformed"), Row("HTTP/2 200 OK\r\n\r\n", "malformed"),
    Row("HTTP/1.1 20 OK\r\n\r\n", "malformed"),
    Row("HTTP/1.1 2000 OK\r\n\r\n", "malformed"), Row("HTTP/1.1 +20 OK\r\n\r\n", "malformed"),
    Row("\r\n\r\n", "malformed"),
    Row("HTTP/1.1 099 OK\r\n\r\n", "malformed"), Row("HTTP/1.1 200 O\u{1}K\r\n\r\n", "malformed"),
    Row("HTTP/1.1\t200 OK\r\n\r\n", "malformed"), Row("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "malformed"),
    // Fields.
    Row("HTTP/1.1 200 OK\r\n X: folded\r\n\r\n", "malformed"), Row("HTTP/1.1 200 OK\r\nX : y\r\n\r\n", "malformed"),
    Row("HTTP/1.1 200 OK\r\n: y\r\n\r\n", "malformed"), Row("HTTP/1.1 200 OK\r\nX\r\n\r\n", "malformed"),
    Row("HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", "malformed"), Row("HTTP/1.1 200 OK\r\nX: a\u{0}b\r\n\r\n", "malformed"),
    Row("HTTP/1.1 200 OK\nContent-Length: 0\n\n", "malformed"),
    // Framing.
    Row(length3 + "Content-Length: 4\r\n\r\nabcd", "malformed"),
    Row(length3 + "Content-Length: 3\r\n\r\nabc", "malformed"),
    Row(length3 + "Transfer-Encoding: chunked\r\n\r\nabc", "malformed"),
    Row("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "malformed"),
    Row("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\na", "malformed"),
    Row("HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\na", "malformed"),
    Row("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "tooLarge"),
    Row("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "malformed"),
    Row(chunked + "zz\r\n", "malformed"), Row(chunked + "-1\r\n", "malformed"),
    Row(chunked + "1\r\nab\r\n", "malformed"),
    Row(chunked + "1\r\na\n", "malformed"), Row(chunked + "ffffffffffffffffff\r\n", "malformed"),
    Row(chunked + "\r\n", "malformed"),
    Row(chunked + "0\r\nX\r\n\r\n", "malformed"),
    // Limits: 300 bytes of head and 100 of body here.
    Row("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", "tooLarge"),
    Row("HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 300), "tooLarge"),
    Row("HTTP/1.1 200 " + String(repeating: "y", count: 300), "tooLarge"),
    Row(chunked + "65\r\n", "tooLarge"),
    Row(chunked + String(repeating: "20\r\n" + String(repeating: "y", count: 32) + "\r\n", count: 4), "tooLarge"),
    Row("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "y", count: 101), "tooLarge"),
    Row(String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 200), "malformed"),
]

var answerChecks: [Check] { rowChecks + toldChecks }

private var rowChecks: [Check] {
    rows.enumerated().map { index, row in
        Check("answer \(index): \(String(row.answer.prefix(90)).debugDescription)") {
            for isByteByByte in [false, true] {
                let steps: [ScriptServer.Step] = [.request, isByteByByte ? .drip(row.answer, 0) : .send(row.answer)]
                try with(try ScriptServer(steps)) { server in
                    var request = HTTPRequest(server.url)
                    request.maxHeaderSize = 300
                    request.maxBodySize = 100
                    let outcome: String
                    do {
                        let response = try AsyncHTTPClient().fetch(request, raiseError: false)
                        outcome = "\(response.code) \(response.text)"
                    } catch let error as HTTPClientError {
                        try expect(error.code, equals: 599)
                        try expect(error.description.contains(server.url), "\(error)")
                        // What a server was told after it had closed may make the kernel reset the connection.
                        outcome = error.kind == .reset ? "closed" : "\(error.kind)"
                    }
                    try expect(
                        outcome == row.outcome,
                        "\(isByteByByte ? "byte by byte" : "whole"): \(outcome), not \(row.outcome)"
                    )
                }
                AsyncHTTPClient().close()
            }
        }
    }
}

private var toldChecks: [Check] {
    [
        Check("the answer is told in full") {
            let fields = "X-A: 1\r\nx-a: 2\r\nX-Latin: \u{E9}\r\n"
            let bytes = Array(
                String("HTTP/1.1 404 Nothing Here\r\nContent-Length: 1\r\n\(fields)\r\na").unicodeScalars.map {
                    UInt8($0.value)
                }
            )
            try with(try ScriptServer([.request, .bytes(bytes), .untilClosed])) { server in
                let response = try AsyncHTTPClient().fetch(server.url, raiseError: false)
                try expect(response.code, equals: 404)
                try expect(response.reason, equals: "Nothing Here")
                try expect(response.headers["X-A"], equals: "1,2")
                try expect(response.headers["x-latin"], equals: "\u{E9}")
                try expect(response.effectiveURL, equals: server.url)
                try expect(response.error?.kind, equals: .status)
                try expect(response.error?.response?.text, equals: "a")
                try expect(response.requestTime > 0 && response.startTime > 1_700_000_000, "\(response.requestTime)")
                let times = response.timeInfo
                let order = [times.connect, times.pretransfer, times.starttransfer, times.total]
                try expect(order == order.sorted() && times.connect > 0 && times.appconnect == 0, "\(times)")
            }
        },
        Check("what raiseError throws has the answer") {
            try with(ScriptServer.answering("HTTP/1.1 503 Later\r\nContent-Length: 1\r\n\r\na")) { server in
                let error = try failure { try AsyncHTTPClient().fetch(server.url) }
                try expect(error.code, equals: 503)
                try expect(error.description, equals: "HTTP 503: Later")
                try expect(error.response?.text, equals: "a")
                try expect(AsyncHTTPClient().connectionCount, equals: 1)
            }
        },
    ]
}
