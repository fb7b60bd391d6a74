// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import Testing

@Suite("Limits")
struct LimitTests {
    private static let limits = RequestLimits(startLine: 24, head: 60, fields: 3, body: 10)
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n"
    private static let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test(
        "let pass what reaches them, and refuse one more",
        arguments: [
            // 24 and 25 bytes of request line, whole and not.
            ("GET /12345678 HTTP/1.1\r\nHost: a\r\n\r\n", 0),
            ("GET /123456789 HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            (String(repeating: "A", count: 24), -1),
            (String(repeating: "A", count: 25), 414),
            // Empty lines in front do not count.
            ("\r\n\r\nGET /12345678 HTTP/1.1\r\nHost: a\r\n\r\n", 0),
            // 60 and 61 bytes of head.
            (get + "X: " + String(repeating: "y", count: 28) + "\r\n\r\n", 0),
            (get + "X: " + String(repeating: "y", count: 29) + "\r\n\r\n", 431),
            (get + "X: " + String(repeating: "y", count: 32), -1),
            (get + "X: " + String(repeating: "y", count: 33), 431),
            // Three and four fields.
            (get + "B: c\r\nD: e\r\n\r\n", 0),
            (get + "B: c\r\nD: e\r\nF: g\r\n\r\n", 431),
            // Ten and eleven bytes of body.
            (get + "Content-Length: 10\r\n\r\n0123456789", 0),
            (get + "Content-Length: 11\r\n\r\n0123456789a", 413),
            (chunked + "a\r\n0123456789\r\n0\r\n\r\n", 0),
            (chunked + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", 0),
            (chunked + "b\r\n", 413),
            (chunked + "5\r\n01234\r\n6\r\n", 413),
            // Three and four trailers; 60 and 61 bytes of them.
            (chunked + "0\r\nA: b\r\nB: c\r\nC: d\r\n\r\n", 0),
            (chunked + "0\r\nA: b\r\nB: c\r\nC: d\r\nD: e\r\n\r\n", 431),
            (chunked + "0\r\nX: " + String(repeating: "y", count: 53) + "\r\n\r\n", 0),
            (chunked + "0\r\nX: " + String(repeating: "y", count: 54) + "\r\n\r\n", 431),
        ]
    )
    func edges(_ row: (text: String, status: Int)) {
        let limits = row.text.hasPrefix(Self.chunked) ? RequestLimits(head: 60, fields: 3, body: 10) : Self.limits
        let outcome = ConnectionDriver.run(bytes(row.text), limits: limits)
        let expected: Outcome.End =
            switch row.status {
            case 0: .open
            case -1: .waiting
            default: .refused(row.status)
            }
        #expect(outcome.end == expected)
        expectSameHoweverSplit(bytes(row.text), outcome, limits: limits, row.text.debugDescription)
    }

    @Test("of a piece's size do not reach the trailers", arguments: [1, 3, 7, 1000])
    func pieces(_ size: Int) {
        let inputs = [
            Self.chunked + "a\r\n0123456789\r\n0\r\nSome-Trailer: value\r\n\r\n",
            Self.get + "Content-Length: 10\r\n\r\n0123456789",
            Self.chunked + "0\r\nX: " + String(repeating: "y", count: 200) + "\r\n\r\n",
        ]
        for text in inputs {
            let limits = RequestLimits(head: 100)
            let outcome = ConnectionDriver.run(bytes(text), limits: limits, pieceSize: size)
            #expect(outcome == ConnectionDriver.run(bytes(text), limits: limits), "\(text.debugDescription)")
        }
    }

    @Test("hold for chunk extensions over a whole body", arguments: [(16 * 1024, false), (16 * 1024 + 1, true)])
    func extensions(_ row: (count: Int, isRefused: Bool)) {
        // An extension's bytes are those behind its semicolon, the CR included.
        let half = String(repeating: "a", count: row.count / 2 - 1)
        let rest = String(repeating: "a", count: row.count - row.count / 2 - 1)
        let text = Self.chunked + "1;\(half)\r\nx\r\n1;\(rest)\r\ny\r\n0\r\n\r\n"
        let outcome = ConnectionDriver.run(bytes(text))
        #expect(outcome.end == (row.isRefused ? .refused(400) : .open))
    }
}
