// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import Testing

@Suite("The flags of a request")
struct RequestFlagTests {
    private static let keepAlive = 1
    private static let chunked = 2
    private static let expect = 4
    private static let upgrade = 8

    @Test(
        "say what its fields and version mean",
        arguments: [
            (1, "", keepAlive),
            (0, "", 0),
            (1, "Connection: close\r\n", 0),
            (1, "Connection: x, CLOSE ,y\r\n", 0),
            (1, "Connection: closed\r\n", keepAlive),
            (1, "Connection: keep-alive\r\n", keepAlive),
            (0, "Connection: keep-alive\r\n", keepAlive),
            (0, "Connection: Keep-Alive, x\r\n", keepAlive),
            (0, "Connection: keep-alive, close\r\n", 0),
            (0, "Connection: keep-alive\r\nConnection: close\r\n", 0),
            (1, "Transfer-Encoding: chunked\r\n", keepAlive | chunked),
            (1, "Expect: 100-continue\r\nContent-Length: 1\r\n", keepAlive | expect),
            (1, "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", keepAlive | chunked | expect),
            (1, "Expect: 100-continue\r\n", keepAlive),
            (1, "Expect: 100-continue\r\nContent-Length: 0\r\n", keepAlive),
            (0, "Expect: 100-continue\r\nContent-Length: 1\r\n", 0),
            (1, "Expect: something\r\nContent-Length: 1\r\n", keepAlive),
            (1, "Connection: Upgrade\r\nUpgrade: websocket\r\n", keepAlive | upgrade),
            (1, "Connection: keep-alive, upgrade\r\nUpgrade: h2c, websocket\r\n", keepAlive | upgrade),
            (1, "Upgrade: websocket\r\n", keepAlive),
            (1, "Connection: upgrade\r\n", keepAlive),
            (1, "Connection: upgrade\r\nUpgrade:\r\n", keepAlive),
            (0, "Connection: upgrade\r\nUpgrade: websocket\r\n", 0),
        ]
    )
    func flags(_ row: (minor: Int, fields: String, flags: Int)) {
        let head = parse("POST / HTTP/1.\(row.minor)\r\nHost: a\r\n\(row.fields)\r\n")
        #expect(head?.flags == UInt32(row.flags))
    }

    @Test("stand with the length of the body")
    func lengths() {
        #expect(parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n")?.contentLength == 0)
        #expect(parse("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n")?.contentLength == 7)
        #expect(parse("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")?.contentLength == -1)
    }

    @Test("leave a decoder of an empty body with nothing to do")
    func emptyBody() {
        #expect(BodyDecoder().isEmpty)
        #expect(BodyDecoder(RequestHead()).isEmpty)
        var head = RequestHead()
        head.contentLength = 1
        #expect(!BodyDecoder(head).isEmpty)
        head.contentLength = -1
        #expect(!BodyDecoder(head).isEmpty)
    }

    private func parse(_ text: String) -> RequestHead? {
        let input = bytes(text)
        var head = RequestHead()
        let result = input.withUnsafeBufferPointer { input in
            RequestParser.parse(
                input.baseAddress!,  // no text here is empty
                count: input.count,
                limits: RequestLimits(),
                table: HeaderTable(),
                head: &head
            )
        }
        guard case .complete = result else { return nil }
        return head
    }
}
