// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import Testing

/// What is remembered of one message must not show in the next: everything is compared with a codec that remembers nothing.
@Suite("What messages repeat")
struct RepeatedHeadTests {
    struct Head {
        let status: Int32
        let reason: String
        let fields: [(String, String)]
        let minor: UInt8
    }

    struct Outcome: Equatable {
        let text: String
        let keepsAlive: Bool
        let isRefused: Bool
    }

    private static let statuses: [Int32] = [200, 200, 200, 404, 204, 101, 304, 99, 0, -1]
    private static let reasons = ["", "", "", "", "Fine", "two\r\nlines"]
    private static let names = [
        "Server", "Server", "Content-Type", "Etag", "X", "x-longer-than-a-word", "Content-Length", "transfer-encoding",
        "Connection", "", "a b", "colon:",
    ]
    private static let values = [
        "", "a", "b", "close", "keep-alive", "text/html; charset=UTF-8", "text/html; charset=UTF-9", "tab\there",
        "two\r\nlines", String(repeating: "long ", count: 60), String(repeating: "x", count: 1100),
    ]

    @Test("is the same head as one that is put together anew", arguments: 0..<40)
    func heads(_ seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let repeated = RepeatedHead()
        var last: [Head] = []
        for _ in 0..<400 {
            // Mostly a head that was there before, or one that begins like it.
            var head = last.randomElement(using: &random) ?? Self.head(&random)
            if random.next() % 4 == 0 { head = Self.head(&random) }
            if random.next() % 4 == 0 { head = Self.changed(head, &random) }
            last = last.suffix(3) + [head]
            let outcome = Self.encode(head, repeated)
            let anew = Self.encode(head, RepeatedHead())
            #expect(outcome == anew)
            guard outcome == anew else { return }
        }
    }

    private static func head(_ random: inout SplitMix64) -> Head {
        let count = Int(random.next() % 5) * (random.next() % 8 == 0 ? 6 : 1)
        return Head(
            status: Self.statuses.randomElement(using: &random) ?? 200,
            reason: Self.reasons.randomElement(using: &random) ?? "",
            fields: (0..<count).map { _ in self.field(&random) },
            minor: random.next() % 5 == 0 ? 0 : 1
        )
    }

    private static func field(_ random: inout SplitMix64) -> (String, String) {
        (Self.names.randomElement(using: &random) ?? "", Self.values.randomElement(using: &random) ?? "")
    }

    private static func changed(_ head: Head, _ random: inout SplitMix64) -> Head {
        var fields = head.fields
        switch random.next() % 3 {
        case 0: fields.append(self.field(&random))
        case 1: _ = fields.popLast()
        default: if !fields.isEmpty { fields[Int(random.next() % UInt64(fields.count))] = self.field(&random) }
        }
        return Head(status: head.status, reason: head.reason, fields: fields, minor: head.minor)
    }

    private static func encode(_ head: Head, _ repeated: RepeatedHead) -> Outcome {
        let arena = Arena()
        let out = OutputBuffer(capacity: 64)
        out.append(arena.view("before"))
        var encoder = ResponseEncoder()
        let context = ResponseEncoder.Context(isHead: false, minorVersion: head.minor, keepAlive: true)
        let response = arena.response(head.status, reason: head.reason, length: 3, headers: head.fields)
        var isRefused = false
        do {
            try encoder.begin(response, context, repeated: repeated, dateLine: arena.view("Date: now\r\n"), into: out)
        } catch {
            isRefused = true
        }
        let text = latin1(UnsafeBufferPointer(start: out.bytes, count: out.count))
        return Outcome(text: text, keepsAlive: !isRefused && encoder.keepsAlive, isRefused: isRefused)
    }

    @Test("is a host that is looked at as if it were the first")
    func hosts() {
        let table = HeaderTable()
        let long = String(repeating: "h", count: 300)
        let hosts = [
            "a.example", "a.exampl ", "a.example", "b.example", "a.example:80", "a.example:8x", "a.example:80", "",
            "[::1]",
            "[::z]", "[::1]", long, long + "\u{7f}", long, "h", " ", "h", "a%41b", "a%4xb", "a%41b",
        ]
        for host in hosts + hosts.reversed() {
            #expect(Self.isServed(host, table) == Self.isServed(host, HeaderTable()), "\(host)")
        }
        #expect(Self.isServed("a.example", table))
        #expect(!Self.isServed("a.exampl\u{7f}", table))
    }

    private static func isServed(_ host: String, _ table: HeaderTable) -> Bool {
        let arena = Arena()
        let request = arena.view("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        guard let data = request.data else { return false }
        var head = RequestHead()
        let result = RequestParser.parse(data, count: request.size, limits: RequestLimits(), table: table, head: &head)
        guard case .complete = result else { return false }
        return true
    }
}
