// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import Testing

/// One answer of a server, and what it must come to.
struct ResponseRow: Sendable, CustomTestStringConvertible {
    let title: String
    let text: String
    let end: ResponseOutcome.End
    let body: String
    let isHeadRequest: Bool
    let closes: Bool

    init(
        _ title: String,
        _ text: String,
        _ end: ResponseOutcome.End = .refused,
        body: String = "",
        isHeadRequest: Bool = false,
        closes: Bool = false
    ) {
        self.title = title
        self.text = text
        self.end = end
        self.body = body
        self.isHeadRequest = isHeadRequest
        self.closes = closes
    }

    var testDescription: String { self.title }

    private static let ok = "HTTP/1.1 200 OK\r\n"
    private static let chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"

    static let framing = [
        ResponseRow("a length", ok + "Content-Length: 3\r\n\r\nabc", .whole, body: "abc"),
        ResponseRow("a length of 0", ok + "Content-Length: 0\r\n\r\n", .whole),
        ResponseRow("a length and less", ok + "Content-Length: 3\r\n\r\nab", .waiting, body: "ab"),
        ResponseRow("a length, less and the end", ok + "Content-Length: 3\r\n\r\nab", body: "ab", closes: true),
        ResponseRow("chunks", chunked + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", .whole, body: "abcde"),
        ResponseRow("chunks and a trailer", chunked + "1\r\na\r\n0\r\nX: y\r\n\r\n", .whole, body: "a"),
        ResponseRow("chunks that are cut short", chunked + "3\r\nabc\r\n", body: "abc", closes: true),
        ResponseRow("until the end", ok + "\r\nabc", .whole, body: "abc", closes: true),
        ResponseRow("nothing until the end", ok + "\r\n", .whole, closes: true),
        ResponseRow("until the end, of HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nabc", .whole, body: "abc", closes: true),
        ResponseRow("a body that goes on", ok + "\r\nabc", .waiting, body: "abc"),
        ResponseRow("204 with no length", "HTTP/1.1 204 No Content\r\n\r\n", .whole),
        ResponseRow("304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", .whole),
        ResponseRow("HEAD with a length", ok + "Content-Length: 9\r\n\r\n", .whole, isHeadRequest: true),
        ResponseRow("HEAD with chunks", chunked, .whole, isHeadRequest: true),
        ResponseRow("HEAD without either", ok + "\r\n", .whole, isHeadRequest: true),
        ResponseRow(
            "interim answers first",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok
                + "Content-Length: 1\r\n\r\na",
            .whole,
            body: "a"
        ),
        ResponseRow("only an interim answer", "HTTP/1.1 100 Continue\r\n\r\n", closes: true),
        ResponseRow("no reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", .whole),
        ResponseRow("no reason and no space", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", .whole),
        ResponseRow("a status of its own", "HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n", .whole),
        ResponseRow("nothing", "", closes: true),
        ResponseRow("half a head", ok + "Content-Le", closes: true),
    ]

    static let refused = [
        ResponseRow("another protocol", "SSH-2.0-OpenSSH_9.2\r\n"),
        ResponseRow("HTTP/2", "HTTP/2.0 200 OK\r\n\r\n"),
        ResponseRow("HTTP/0.9", "<html>"),
        ResponseRow("lower case", "http/1.1 200 OK\r\n\r\n"),
        ResponseRow("a line in front", "\r\nHTTP/1.1 200 OK\r\n\r\n"),
        ResponseRow("two digits", "HTTP/1.1 20 OK\r\n\r\n"),
        ResponseRow("four digits", "HTTP/1.1 2000 OK\r\n\r\n"),
        ResponseRow("status 099", "HTTP/1.1 099 OK\r\n\r\n"),
        ResponseRow("a minus", "HTTP/1.1 -20 OK\r\n\r\n"),
        ResponseRow("two spaces", "HTTP/1.1  200 OK\r\n\r\n"),
        ResponseRow("a NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n"),
        ResponseRow("a bare LF", "HTTP/1.1 200 OK\n\n"),
        ResponseRow("a bare CR", "HTTP/1.1 200 OK\rX: y\r\n\r\n"),
        ResponseRow("a folded line", ok + "A: b\r\n c\r\n\r\n"),
        ResponseRow("a space before the colon", ok + "Content-Length : 1\r\n\r\na"),
        ResponseRow("a length and chunks", ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ResponseRow("two lengths", ok + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
        ResponseRow("a list of lengths", ok + "Content-Length: 1, 1\r\n\r\na"),
        ResponseRow("a signed length", ok + "Content-Length: +1\r\n\r\na"),
        ResponseRow("an endless length", ok + "Content-Length: 99999999999999999999\r\n\r\n"),
        ResponseRow("gzip as a transfer coding", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
        ResponseRow("chunked twice", ok + "Transfer-Encoding: chunked, chunked\r\n\r\n"),
        ResponseRow("chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ResponseRow("a size that is no number", chunked + "x\r\n"),
        ResponseRow("a size with too many digits", chunked + "11111111111111111\r\n"),
        ResponseRow("a chunk that is longer", chunked + "1\r\nab\r\n", body: "a"),
        ResponseRow("a forbidden trailer", chunked + "0\r\nContent-Length: 1\r\n\r\n"),
        ResponseRow("a switch of protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
    ]
}

@Suite("The reader of responses")
struct ResponseReaderTests {
    @Test("takes and refuses what it should, however it is split", arguments: ResponseRow.framing + ResponseRow.refused)
    func table(_ row: ResponseRow) {
        func run(_ cuts: [Int] = []) -> ResponseOutcome {
            ResponseDriver.run(row.text, cuts: cuts, isHeadRequest: row.isHeadRequest, closes: row.closes)
        }
        let whole = run()
        #expect(whole.end == row.end)
        #expect(whole.body == row.body)
        let count = row.text.unicodeScalars.count
        var byteByByte = run(Array(0..<count))
        // What is left in the buffer of a refused connection depends on when it was refused.
        if row.end == .refused { byteByByte.rest = whole.rest }
        #expect(byteByByte == whole)
        for cut in 0..<count {
            var outcome = run([cut])
            if row.end == .refused { outcome.rest = whole.rest }
            #expect(outcome == whole, "cut at \(cut)")
        }
    }

    @Test("gives status, reason and fields as sent")
    func head() {
        let outcome = ResponseDriver.run("HTTP/1.1 404 Not \u{E9}\r\nA:  b \r\na:\r\nContent-Length: 0\r\n\r\n")
        #expect(outcome.status == 404)
        #expect(outcome.reason == "Not \u{E9}")
        #expect(outcome.fields == [["A", "b"], ["a", ""], ["Content-Length", "0"]])
    }

    @Test("leaves alone what follows the response")
    func rest() {
        let outcome = ResponseDriver.run("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n\r\n")
        #expect(outcome.end == .whole)
        #expect(outcome.rest == 19)
    }

    @Test(
        "keeps to its limits",
        arguments: [
            // 40 and 41 bytes of head; two and three fields; five and six bytes of body.
            ("HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 16) + "\r\n\r\n", ResponseOutcome.End.waiting),
            ("HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 17) + "\r\n\r\n", .refused),
            ("HTTP/1.1 200 " + String(repeating: "y", count: 40), .refused),
            ("HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n", .waiting),
            ("HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\nE: f\r\n\r\n", .refused),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde", .whole),
            ("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", .refused),
            ("HTTP/1.1 200 OK\r\n\r\nabcde", .waiting),
            ("HTTP/1.1 200 OK\r\n\r\nabcdef", .refused),
        ]
    )
    func limits(_ row: (text: String, end: ResponseOutcome.End)) {
        let limits = RequestLimits(head: 40, fields: 2, body: 5)
        #expect(ResponseDriver.run(row.text, limits: limits).end == row.end)
        let cuts = Array(0..<row.text.utf8.count)
        #expect(ResponseDriver.run(row.text, cuts: cuts, limits: limits).end == row.end)
    }

    @Test("survives any bytes: every byte of a response exchanged for others")
    func mutations() {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n2;a=b\r\nab\r\n0\r\nX: y\r\n\r\n"
        let scalars = Array(text.unicodeScalars)
        for index in scalars.indices {
            for byte in [0, 9, 10, 13, 32, 48, 58, 59, 65, 127, 128, 255] as [UInt8] {
                var changed = scalars
                changed[index] = Unicode.Scalar(byte)
                let input = String(String.UnicodeScalarView(changed))
                let whole = ResponseDriver.run(input, closes: true)
                var split = ResponseDriver.run(input, cuts: Array(0..<scalars.count), closes: true)
                split.rest = whole.rest
                #expect(split == whole, "byte \(index) is \(byte)")
            }
        }
    }
}
