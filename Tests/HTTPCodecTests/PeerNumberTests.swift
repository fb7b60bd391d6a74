// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import Testing

@Suite("Numbers that a peer controls")
struct PeerNumberTests {
    private static let extremes = [
        "0", "1", "255", "256", "65535", "65536", "2147483647", "2147483648", "4294967295", "4294967296",
        "9007199254740993", "9223372036854775806", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "18446744073709551616", "340282366920938463463374607431768211456",
        String(repeating: "9", count: 400), String(repeating: "0", count: 400) + "1",
    ]

    private static let limits = [
        RequestLimits(), RequestLimits(body: .max),
        RequestLimits(startLine: .max, head: .max, fields: .max, body: .max),
        RequestLimits(startLine: 1, head: 1, fields: 1, body: 1), RequestLimits(body: 0),
    ]

    @Test("never trap as a length", arguments: Self.extremes)
    func lengths(_ number: String) {
        for limits in Self.limits {
            for extra in ["", "\r\nabc"] {
                let text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(number)\r\n\r\n\(extra)"
                let outcome = expectSound(text, limits)
                guard limits.startLine > 1, case .refused(let status) = outcome.end else { continue }
                #expect(status == 413 || extra != "", "\(outcome.end)")
            }
        }
    }

    @Test("never trap as a length, and fit when the limit allows")
    func largestLength() {
        let text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\nabc"
        let outcome = expectSound(text, RequestLimits(body: .max))
        #expect(outcome.end == .waiting)
        #expect(outcome.partial?.body == bytes("abc"))
    }

    @Test("never trap as a chunk's size", arguments: 0...70)
    func chunks(_ shift: Int) {
        for limits in Self.limits {
            for digit in ["1", "7", "8", "f"] {
                let size = digit + String(repeating: "0", count: shift / 4) + (shift % 2 == 0 ? "" : "f")
                for text in ["\(size)\r\nabc", "3\r\nabc\r\n\(size)\r\nabc", "\(size);a=b\r\n\r\n"] {
                    _ = expectSound("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + text, limits)
                }
            }
        }
    }

    @Test("never trap as a port or a version", arguments: Self.extremes)
    func others(_ number: String) {
        for limits in Self.limits {
            _ = expectSound("GET / HTTP/1.1\r\nHost: a:\(number)\r\n\r\n", limits)
            _ = expectSound("GET http://a:\(number)/ HTTP/1.1\r\nHost: a\r\n\r\n", limits)
            _ = expectSound("CONNECT [::1]:\(number) HTTP/1.1\r\nHost: a\r\n\r\n", limits)
            _ = expectSound("GET / HTTP/\(number).1\r\nHost: a\r\n\r\n", limits)
            _ = expectSound("GET / HTTP/1.\(number)\r\nHost: a\r\n\r\n", limits)
        }
    }

    @Test("and everything else never trap, nor depend on how they arrive", arguments: 0..<32)
    func mutations(_ seed: Int) {
        var random = SplitMix64(seed: UInt64(seed) &* 7919)
        let seeds = CoreCase.all.map(\.input).filter { $0.count <= 2048 }
        for round in 0..<250 {
            var input = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&input, seeds, &random) }
            let limits = round % 2 == 0 ? RequestLimits() : RequestLimits(startLine: 40, head: 90, fields: 4, body: 20)
            let whole = ConnectionDriver.run(input, limits: limits)
            #expect(!isBroken(whole), "\(latin1(input).debugDescription): \(whole.end)")
            for cuts in [
                Array(0..<input.count), (0..<3).map { _ in Int.random(in: 0...input.count, using: &random) }.sorted(),
            ] {
                let isSame = ConnectionDriver.run(input, cuts: cuts, limits: limits) == whole
                #expect(isSame, "\(latin1(input).debugDescription) cut at \(cuts)")
            }
        }
    }

    private func mutate(_ input: inout [UInt8], _ seeds: [[UInt8]], _ random: inout SplitMix64) {
        let place = Int.random(in: 0...input.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            input.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 1 where place < input.count:
            input[place] = UInt8.random(in: 0...255, using: &random)
        case 2 where place < input.count:
            input.remove(at: place)
        case 3:
            let telling = ["\r\n", "\r", "\n", " ", ":", "0", "9", ";", "\0", "\t", "chunked", "Content-Length: 3\r\n"]
            input.insert(contentsOf: bytes(telling.randomElement(using: &random) ?? ""), at: place)
        case 4:
            input.removeLast(input.count - place)
            input += seeds[Int.random(in: 0..<seeds.count, using: &random)]
        default:
            input.insert(contentsOf: input[place...].prefix(64), at: place)
        }
    }

    private func expectSound(_ text: String, _ limits: RequestLimits) -> Outcome {
        let input = bytes(text)
        let whole = ConnectionDriver.run(input, limits: limits)
        #expect(!isBroken(whole), "\(whole.end)")
        let isSame = ConnectionDriver.run(input, cuts: Array(0..<input.count), limits: limits) == whole
        #expect(isSame, "\(text.debugDescription)")
        return whole
    }

    private func isBroken(_ outcome: Outcome) -> Bool {
        if case .broken = outcome.end { true } else { false }
    }
}
