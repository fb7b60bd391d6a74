// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import Testing

private typealias Driver = WebSocketDriver
private typealias Item = WebSocketOutcome.Item

@Suite("Frames of a WebSocket")
struct WebSocketReaderTests {
    /// Frames from a client, and what they are: items, then a refusal or not.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let input: [UInt8]
        var items: [WebSocketOutcome.Item] = []
        var refusal: Int?
        var testDescription: String { self.name }
    }

    private static func frame(
        _ opcode: UInt8,
        _ payload: [UInt8] = [],
        final: Bool = true,
        rsv: UInt8 = 0
    ) -> [UInt8] { Driver.frame(opcode, payload, final: final, rsv: rsv) }

    private static let hello = Array("Hello".utf8)
    private static let long = [UInt8](repeating: 0x2A, count: 126)
    private static let longer = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    static let cases: [Case] = [
        Case(name: "a text", input: frame(1, hello), items: [.text(hello)]),
        Case(name: "an empty text", input: frame(1), items: [.text([])]),
        Case(name: "bytes", input: frame(2, [0, 255]), items: [.binary([0, 255])]),
        Case(name: "125 bytes", input: frame(2, Array(long.dropLast())), items: [.binary(Array(long.dropLast()))]),
        Case(name: "126 bytes", input: frame(2, long), items: [.binary(long)]),
        Case(name: "70,000 bytes", input: frame(2, longer), items: [.binary(longer)]),
        Case(
            name: "fragments with a ping between",
            input: frame(1, [0x48], final: false) + frame(9, [1]) + frame(0, [], final: false) + frame(0, [0x69]),
            items: [.control(9, [1]), .text([0x48, 0x69])]
        ),
        Case(
            name: "a character over two fragments",
            input: frame(1, [0xE2, 0x82], final: false) + frame(0, [0xAC]),
            items: [.text([0xE2, 0x82, 0xAC])]
        ),
        Case(
            name: "a ping of 125",
            input: frame(9, Array(long.dropLast())),
            items: [.control(9, Array(long.dropLast()))]
        ),
        Case(name: "a pong nobody asked for", input: frame(10, hello), items: [.control(10, hello)]),
        Case(name: "a close", input: frame(8, [3, 232]), items: [.control(8, [3, 232])]),
        Case(name: "a ping of 126", input: frame(9, long), refusal: 1002),
        Case(name: "a close of 126", input: frame(8, long), refusal: 1002),
        Case(name: "a ping in fragments", input: frame(9, hello, final: false), refusal: 1002),
        Case(name: "a close in fragments", input: frame(8, [3, 232], final: false), refusal: 1002),
        Case(name: "a continuation of nothing", input: frame(0, hello), refusal: 1002),
        Case(
            name: "a message inside of another",
            input: frame(1, hello, final: false) + frame(1, hello),
            refusal: 1002
        ),
        Case(
            name: "a continuation behind the end",
            input: frame(1, hello) + frame(0, hello),
            items: [.text(hello)],
            refusal: 1002
        ),
        Case(name: "no mask", input: Driver.frame(1, hello, mask: nil), refusal: 1002),
        Case(name: "a mask of zeros", input: Driver.frame(1, hello, mask: [0, 0, 0, 0]), items: [.text(hello)]),
        Case(name: "5 bytes said in 2", input: [0x82, 0xFE, 0, 5, 0, 0, 0, 0] + hello, refusal: 1002),
        Case(name: "125 said in 8", input: [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 125], refusal: 1002),
        Case(name: "65,535 said in 8", input: [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 255, 255], refusal: 1002),
        Case(name: "64 bits of length", input: [0x82, 0xFF, 128, 0, 0, 0, 0, 1, 0, 0], refusal: 1002),
        Case(
            name: "63 bits of length",
            input: [0x82, 0xFF, 127, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0],
            refusal: 1009
        ),
        Case(
            name: "fragments over the limit",
            input: frame(2, longer, final: false) + frame(0, [UInt8](repeating: 0, count: 35_000)),
            refusal: 1009
        ),
        Case(name: "Latin-1", input: frame(1, [0xE9, 0x41]), refusal: 1007),
        Case(name: "half a character at the end", input: frame(1, [0xE2, 0x82]), refusal: 1007),
        Case(name: "a bad byte before the end", input: Array(frame(1, [0xFF, 0x41, 0x41]).prefix(7)), refusal: 1007),
        Case(name: "a surrogate", input: frame(1, [0xED, 0xA0, 0x80]), refusal: 1007),
        Case(name: "longer than it need be", input: frame(1, [0xC0, 0xAF]), refusal: 1007),
        Case(name: "beyond the last character", input: frame(1, [0xF4, 0x90, 0x80, 0x80]), refusal: 1007),
    ]
    // Each reserved opcode, bit, and both.
    static let reserved: [Case] =
        ([3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8]).map {
            Case(name: "opcode \($0)", input: frame($0, hello), refusal: 1002)
        }
        + (1...7 as ClosedRange<UInt8>).flatMap { rsv in
            ([0, 1, 2, 8, 9, 10] as [UInt8]).map {
                Case(name: "RSV \(rsv) on \($0)", input: frame($0, hello, rsv: rsv), refusal: 1002)
            }
        }

    @Test("come out as they should, whole and byte by byte", arguments: cases + reserved)
    func table(_ one: Case) {
        let whole = Driver.run(one.input, limit: 100_000)
        #expect(whole == WebSocketOutcome(items: one.items, refusal: one.refusal))
        #expect(Driver.run(one.input, cuts: Array(0..<one.input.count), limit: 100_000) == whole)
        for cut in Set([1, 2, 3, 6, one.input.count / 2, one.input.count - 1]) where cut < one.input.count && cut > 0 {
            #expect(Driver.run(one.input, cuts: [cut], limit: 100_000) == whole, "cut at \(cut)")
        }
    }

    @Test("several in a row, cut anywhere")
    func row() {
        let frames = [
            Self.frame(1, Self.hello), Self.frame(9, Self.hello), Self.frame(2, Self.long), Self.frame(8, [3, 232]),
        ]
        let input = frames.flatMap { $0 }
        let whole = Driver.run(input)
        #expect(whole.items.count == 4)
        for cut in 0...input.count { #expect(Driver.run(input, cuts: [cut]) == whole) }
    }

    @Test("from servers have no mask")
    func servers() {
        let plain = Driver.frame(1, Self.hello, mask: nil)
        #expect(Driver.run(plain, side: .client).items == [.text(Self.hello)])
        #expect(Driver.run(Driver.frame(1, Self.hello), side: .client).refusal == 1002)
    }

    @Test("may be compressed where that was agreed on, and at the beginning of a message")
    func compressed() {
        let bytes: [UInt8] = [0xFF, 0xFE]
        let first = Self.frame(1, bytes, final: false, rsv: 4)
        let outcome = Driver.run(first + Self.frame(0, bytes), mayCompress: true)
        #expect(outcome.items == [.compressed(bytes + bytes)])
        #expect(Driver.run(first + Self.frame(0, bytes, rsv: 4), mayCompress: true).refusal == 1002)
        for opcode: UInt8 in [0, 8, 9, 10] {
            #expect(Driver.run(Self.frame(opcode, rsv: 4), mayCompress: true).refusal == 1002)
        }
        for rsv: UInt8 in [1, 2, 3, 5, 6, 7] {
            #expect(Driver.run(Self.frame(1, rsv: rsv), mayCompress: true).refusal == 1002)
        }
    }

    @Test("written are read again, with and without a mask", arguments: [0, 1, 125, 126, 65_535, 65_536, 100_003])
    func writing(_ count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ 1) }
        for (mask, side) in [(UInt32(0x0403_0201), WebSocketFrameHeader.Reader.server), (nil, .client)] {
            let out = OutputBuffer(capacity: 64)
            payload.withUnsafeBufferPointer { out.appendFrame(.binary, $0, mask: mask) }
            let written = Array(UnsafeBufferPointer(start: out.bytes, count: out.count))
            #expect(written == Driver.frame(2, payload, mask: mask == nil ? nil : [1, 2, 3, 4]))
            #expect(Driver.run(written, side: side).items == [.binary(payload)])
        }
    }

    @Test("masks at every offset and length")
    func masks() {
        let mask: [UInt8] = [0x11, 0x22, 0x44, 0x88]
        for offset in 0..<5 {
            for count in 0..<70 {
                var bytes = (0..<count).map { UInt8($0) }
                let expected = bytes.enumerated().map { $1 ^ mask[($0 + offset) % 4] }
                bytes.withUnsafeMutableBufferPointer {
                    guard let base = $0.baseAddress else { return }
                    WebSocketMask.apply(0x8844_2211, offset: offset, to: base, count: $0.count)
                }
                #expect(bytes == expected, "\(count) bytes from \(offset)")
            }
        }
    }
}
