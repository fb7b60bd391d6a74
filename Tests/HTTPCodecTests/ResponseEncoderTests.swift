// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import Testing

@Suite("Answers")
struct ResponseEncoderTests {
    /// One row of the framing table: what of the request and the answer decides, and what must come out of it.
    struct Row: CustomTestStringConvertible, Sendable {
        var status: Int32 = 200
        var isHead = false
        var minor: UInt8 = 1
        var keepAlive = true
        var flags = 0
        var length: Int64 = -1
        var connection: String?
        /// The fields behind the status line, in order.
        let fields: [String]
        /// The bytes of a body of "hello" as sent.
        let body: String
        let keepsAlive: Bool

        var testDescription: String {
            "\(self.status)\(self.isHead ? " HEAD" : "") 1.\(self.minor) length \(self.length)"
                + (self.keepAlive ? "" : " last") + (self.flags == 0 ? "" : " close")
        }
    }

    private static let chunked = "5\r\nhello\r\n0\r\n\r\n"

    static let rows: [Row] = [
        Row(length: 5, fields: ["Content-Length: 5"], body: "hello", keepsAlive: true),
        Row(fields: ["Transfer-Encoding: chunked"], body: chunked, keepsAlive: true),
        Row(
            keepAlive: false,
            length: 5,
            fields: ["Content-Length: 5", "Connection: close"],
            body: "hello",
            keepsAlive: false
        ),
        Row(flags: 2, length: 5, fields: ["Content-Length: 5", "Connection: close"], body: "hello", keepsAlive: false),
        Row(flags: 2, fields: ["Transfer-Encoding: chunked", "Connection: close"], body: chunked, keepsAlive: false),
        Row(
            length: 5,
            connection: "close",
            fields: ["Content-Length: 5", "Connection: close"],
            body: "hello",
            keepsAlive: false
        ),
        Row(
            length: 5,
            connection: "x, Close",
            fields: ["Content-Length: 5", "Connection: close"],
            body: "hello",
            keepsAlive: false
        ),
        Row(length: 5, connection: "keep-alive", fields: ["Content-Length: 5"], body: "hello", keepsAlive: true),
        Row(
            minor: 0,
            length: 5,
            fields: ["Content-Length: 5", "Connection: keep-alive"],
            body: "hello",
            keepsAlive: true
        ),
        Row(
            minor: 0,
            keepAlive: false,
            length: 5,
            fields: ["Content-Length: 5", "Connection: close"],
            body: "hello",
            keepsAlive: false
        ),
        Row(minor: 0, fields: ["Connection: close"], body: "hello", keepsAlive: false),
        Row(isHead: true, length: 5, fields: ["Content-Length: 5"], body: "", keepsAlive: true),
        Row(isHead: true, fields: [], body: "", keepsAlive: true),
        Row(isHead: true, minor: 0, fields: ["Connection: keep-alive"], body: "", keepsAlive: true),
        Row(
            isHead: true,
            minor: 0,
            keepAlive: false,
            length: 5,
            fields: ["Content-Length: 5", "Connection: close"],
            body: "",
            keepsAlive: false
        ),
        Row(status: 204, length: 5, fields: [], body: "", keepsAlive: true),
        Row(status: 204, fields: [], body: "", keepsAlive: true),
        Row(status: 204, minor: 0, fields: ["Connection: keep-alive"], body: "", keepsAlive: true),
        Row(status: 304, length: 5, fields: [], body: "", keepsAlive: true),
        Row(status: 304, fields: [], body: "", keepsAlive: true),
        Row(status: 304, flags: 2, fields: ["Connection: close"], body: "", keepsAlive: false),
        Row(status: 404, length: 5, fields: ["Content-Length: 5"], body: "hello", keepsAlive: true),
        Row(status: 500, fields: ["Transfer-Encoding: chunked"], body: chunked, keepsAlive: true),
        Row(status: 101, connection: "upgrade", fields: ["Connection: upgrade"], body: "", keepsAlive: true),
        Row(
            length: 9_223_372_036_854_775_807,
            fields: ["Content-Length: 9223372036854775807"],
            body: "hello",
            keepsAlive: true
        ),
    ]

    @Test("are framed by status, method, version and length", arguments: Self.rows)
    func framing(_ row: Row) throws {
        let arena = Arena()
        let out = OutputBuffer()
        var encoder = ResponseEncoder()
        let response = arena.response(
            row.status,
            length: row.length,
            flags: row.flags,
            headers: row.connection.map { [("Connection", $0)] } ?? []
        )
        let context = ResponseEncoder.Context(isHead: row.isHead, minorVersion: row.minor, keepAlive: row.keepAlive)
        try encoder.begin(response, context, repeated: RepeatedHead(), dateLine: arena.view("Date: now\r\n"), into: out)
        let head = text(out)
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0] == "HTTP/1.1 \(row.status) \(StatusLine.phrase(of: Int(row.status)))")
        #expect(Array(lines.dropFirst().dropLast(2)) == row.fields)
        #expect(lines.suffix(2) == ["", ""])
        #expect(encoder.keepsAlive == row.keepsAlive)
        out.removeAll()
        try encoder.append(arena.view("hello"), into: out)
        let isWhole = encoder.end(into: out)
        #expect(text(out) == row.body)
        #expect(isWhole == (row.length != .max))
    }

    @Test("keep an app's fields in their order and drop its framing")
    func fields() throws {
        let head = try encodeHead(
            Arena(),
            reason: "Fine\u{E9}",
            length: 3,
            flags: 1,
            headers: [
                ("X-A", "1"), ("content-length", "999"), ("Transfer-Encoding", "gzip"), ("CONNECTION", "x"),
                ("Set-Cookie", "a=b"), ("set-cookie", "c\t=\u{FF}"), ("Empty", ""),
            ]
        )
        #expect(
            head == "HTTP/1.1 200 Fine\u{E9}\r\nX-A: 1\r\nSet-Cookie: a=b\r\nset-cookie: c\t=\u{FF}\r\nEmpty: \r\n"
                + "Date: now\r\nContent-Length: 3\r\n\r\n"
        )
    }

    @Test(
        "refuse what would inject a line",
        arguments: [
            ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\rb"), ("X", "a\0b"), ("X", "\u{7F}"), ("X", "\u{B}"),
            ("X\r\nY", "a"), ("X Y", "a"), ("X:", "a"), ("", "a"), ("X\0", "a"), ("X\u{E9}", "a"), (" X", "a"),
            ("Connection\r\nX", "close"),
        ]
    )
    func injection(_ field: (String, String)) {
        expectRefused(headers: [("Good", "1"), field, ("After", "2")])
        expectRefusedInterim(103, headers: [("Good", "1"), field])
    }

    @Test("refuse a reason that would inject a line", arguments: ["OK\r\nX: y", "OK\n", "\r", "a\0", "\u{1B}[m"])
    func reason(_ reason: String) {
        expectRefused(reason: reason)
        expectRefusedInterim(103, reason: reason)
    }

    @Test("refuse a status that ends no exchange", arguments: [-1, 0, 99, 100, 102, 103, 199, 600, 999, .max, .min])
    func status(_ status: Int32) {
        expectRefused(status)
    }

    @Test("may be interim")
    func interim() throws {
        let arena = Arena()
        let out = OutputBuffer()
        try ResponseEncoder.appendInterim(arena.response(103, headers: [("Link", "</a>")]), into: out)
        try ResponseEncoder.appendInterim(arena.response(100, length: 5), into: out)
        #expect(text(out) == "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
        for status: Int32 in [99, 101, 200, 404, -1] { expectRefusedInterim(status) }
        expectRefusedInterim(103, headers: [("Content-Length", "5")])
        expectRefusedInterim(103, headers: [("Connection", "close")])
    }

    @Test("are not longer than they said, and a piece too long leaves nothing behind")
    func tooLong() throws {
        let arena = Arena()
        let out = OutputBuffer()
        var encoder = ResponseEncoder()
        try encoder.begin(
            arena.response(200, length: 5),
            Self.context,
            repeated: RepeatedHead(),
            dateLine: arena.view(""),
            into: out
        )
        out.removeAll()
        try encoder.append(arena.view("hel"), into: out)
        #expect(throws: ResponseEncoder.Failure.bodyTooLong) { try encoder.append(arena.view("lo!"), into: out) }
        #expect(text(out) == "hel")
        let isShort = !encoder.end(into: out)
        #expect(isShort)
        try encoder.append(arena.view("lo"), into: out)
        let isWhole = encoder.end(into: out)
        #expect(isWhole)
        #expect(text(out) == "hello")
    }

    @Test(
        "in chunks say each size in hexadecimal",
        arguments: [1, 9, 10, 15, 16, 255, 256, 4095, 65535, 65536, 1_048_577]
    )
    func chunks(_ size: Int) throws {
        let arena = Arena()
        let out = OutputBuffer()
        var encoder = ResponseEncoder()
        try encoder.begin(
            arena.response(200),
            Self.context,
            repeated: RepeatedHead(),
            dateLine: arena.view(""),
            into: out
        )
        out.removeAll()
        try encoder.append(arena.view(""), into: out)
        #expect(out.count == 0, "an empty chunk would end the body")
        try encoder.append(arena.view(String(repeating: "x", count: size)), into: out)
        let isWhole = encoder.end(into: out)
        #expect(isWhole)
        #expect(text(out) == String(size, radix: 16) + "\r\n" + String(repeating: "x", count: size) + "\r\n0\r\n\r\n")
    }

    @Test("have a phrase for every status that has one, and never a line end in it")
    func phrases() {
        for status in -1...1000 {
            let phrase = "\(StatusLine.phrase(of: status))"
            #expect(!phrase.isEmpty && phrase.allSatisfy { $0.isASCII && !$0.isNewline })
        }
        #expect("\(StatusLine.phrase(of: 404))" == "Not Found")
        #expect("\(StatusLine.phrase(of: 431))" == "Request Header Fields Too Large")
        #expect("\(StatusLine.phrase(of: 599))" == "Unknown")
    }

    private static let context = ResponseEncoder.Context(isHead: false, minorVersion: 1, keepAlive: true)

    private func text(_ out: OutputBuffer) -> String {
        latin1(UnsafeBufferPointer(start: out.bytes, count: out.count))
    }

    private func encodeHead(
        _ arena: Arena,
        reason: String,
        length: Int64,
        flags: Int,
        headers: [(String, String)]
    ) throws -> String {
        let out = OutputBuffer()
        var encoder = ResponseEncoder()
        let response = arena.response(200, reason: reason, length: length, flags: flags, headers: headers)
        try encoder.begin(
            response,
            Self.context,
            repeated: RepeatedHead(),
            dateLine: arena.view("Date: now\r\n"),
            into: out
        )
        return text(out)
    }

    private func expectRefused(_ status: Int32 = 200, reason: String = "", headers: [(String, String)] = []) {
        let arena = Arena()
        let out = OutputBuffer()
        out.append(arena.view("before"))
        var encoder = ResponseEncoder()
        #expect(throws: ResponseEncoder.Failure.badHead) {
            let response = arena.response(status, reason: reason, length: 0, headers: headers)
            try encoder.begin(response, Self.context, repeated: RepeatedHead(), dateLine: arena.view(""), into: out)
        }
        #expect(text(out) == "before")
    }

    private func expectRefusedInterim(_ status: Int32, reason: String = "", headers: [(String, String)] = []) {
        let arena = Arena()
        let out = OutputBuffer()
        out.append(arena.view("before"))
        #expect(throws: ResponseEncoder.Failure.badHead) {
            try ResponseEncoder.appendInterim(arena.response(status, reason: reason, headers: headers), into: out)
        }
        #expect(text(out) == "before")
    }
}
