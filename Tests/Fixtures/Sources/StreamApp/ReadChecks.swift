// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// A read, what the peer sends, and what must come of it.
private struct ReadCase {
    let name: String
    let read: Call<[UInt8]>
    let sent: String
    let expected: String
    /// What must be left for the next read.
    var rest = ""
    /// Whether the peer closes when it has sent that.
    var closes = false
    /// Whether pieces change what is read.
    var isPartial = false
}

private var cases: [ReadCase] {
    [
        ReadCase(name: "until a byte", read: .until("\n"), sent: "one\ntwo", expected: "one\n", rest: "two"),
        ReadCase(name: "until the first byte", read: .until("\n"), sent: "\nx", expected: "\n", rest: "x"),
        ReadCase(
            name: "until four bytes",
            read: .until("\r\n\r\n"),
            sent: "a: b\r\nc: d\r\r\n\r\nbody",
            expected: "a: b\r\nc: d\r\r\n\r\n",
            rest: "body"
        ),
        ReadCase(
            name: "until what repeats itself",
            read: .until("aab"),
            sent: "aaaaabaab",
            expected: "aaaaab",
            rest: "aab"
        ),
        ReadCase(
            name: "until just within the limit",
            read: .until("\n", maxBytes: 6),
            sent: "12345\n7",
            expected: "12345\n",
            rest: "7"
        ),
        ReadCase(
            name: "until a pattern",
            read: .regex(#"\r?\n\r?\n"#),
            sent: "a: b\r\nc: d\n\r\nbody",
            expected: "a: b\r\nc: d\n\r\n",
            rest: "body"
        ),
        ReadCase(
            name: "until a pattern with choices, though another began before",
            read: .regex("ab(c|[d-f]{2})x|b+y"),
            sent: "..ababdbabefx+",
            expected: "..ababdbabefx",
            rest: "+"
        ),
        ReadCase(
            name: "until a pattern, which takes as little as it can",
            read: .regex(#"\d+"#),
            sent: "no. 123",
            expected: "no. 1",
            rest: "23"
        ),
        ReadCase(
            name: "until a pattern at the start",
            read: .regex("^[a-z]+;"),
            sent: "abc;d;",
            expected: "abc;",
            rest: "d;"
        ),
        ReadCase(name: "bytes", read: .bytes(5), sent: "1234567", expected: "12345", rest: "67"),
        ReadCase(name: "no bytes", read: .bytes(0), sent: "12", expected: "", rest: "12"),
        ReadCase(
            name: "bytes, partial",
            read: .bytes(5, partial: true),
            sent: "1234567",
            expected: "12345",
            rest: "67",
            isPartial: true
        ),
        ReadCase(
            name: "bytes, partial, more than there are",
            read: .bytes(500, partial: true),
            sent: "1234567",
            expected: "1234567",
            isPartial: true
        ),
        ReadCase(name: "into memory", read: .into(5), sent: "1234567", expected: "12345", rest: "67"),
        ReadCase(
            name: "into memory, partial",
            read: .into(5, partial: true),
            sent: "1234567",
            expected: "12345",
            rest: "67",
            isPartial: true
        ),
        ReadCase(name: "until close", read: .untilClose, sent: "all\nof it", expected: "all\nof it", closes: true),
        ReadCase(name: "until close, nothing", read: .untilClose, sent: "", expected: "", closes: true),
    ]
}

var readChecks: [Check] { cases.flatMap { each in Form.available.flatMap { checks(each, $0) } } }

private func checks(_ each: ReadCase, _ form: Form) -> [Check] {
    [
        Check("\(form): read \(each.name), sent at once") { loop in
            let ends = try Ends.tcp()
            ends.peer.send(each.sent)
            if each.closes { ends.peer.endSending() }
            try expect(try text(each.read.run(form, ends.stream, on: loop)), equals: each.expected)
            try expectRest(each.rest, ends, loop)
        },
        Check("\(form): read \(each.name), there already") { loop in
            let ends = try Ends.tcp()
            ends.peer.send("!" + each.sent)
            if each.closes { ends.peer.endSending() }
            // The first byte's reader leaves the rest in the buffer.
            try expect(try text(Call.bytes(1).run(.callback, ends.stream, on: loop)), equals: "!")
            try expect(try text(each.read.run(form, ends.stream, on: loop)), equals: each.expected)
            try expectRest(each.rest, ends, loop)
        },
        Check("\(form): read \(each.name), a byte at a time") { loop in
            let ends = try Ends.tcp()
            ends.peer.trickle(Array(each.sent.utf8), on: loop) {
                if each.closes { ends.peer.endSending() }
            }
            let read = try text(each.read.run(form, ends.stream, on: loop))
            if each.isPartial {
                try expect(read, equals: String(each.sent.prefix(1)))
            } else {
                try expect(read, equals: each.expected)
                try expectRest(each.rest, ends, loop)
            }
        },
    ]
}

private func expectRest(_ rest: String, _ ends: Ends, _ loop: IOLoop, line: Int = #line) throws {
    guard !rest.isEmpty else { return }
    let read = try Call.bytes(rest.utf8.count).run(.callback, ends.stream, on: loop)
    try expect(text(read), equals: rest, line: line)
    try expect(!ends.stream.reading, "it still reads", line: line)
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
