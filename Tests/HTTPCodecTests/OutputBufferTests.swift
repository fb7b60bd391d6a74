// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import Testing

@Suite("The output buffer")
struct OutputBufferTests {
    @Test("holds what a list of bytes would, whatever is appended, taken and forgotten", arguments: 0..<40)
    func model(_ seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let arena = Arena()
        let out = OutputBuffer(capacity: Int.random(in: 0...200, using: &random))
        var model: [UInt8] = []
        for _ in 0..<400 {
            step(out, &model, arena, &random)
            #expect(out.count == model.count)
            #expect(UnsafeBufferPointer(start: out.bytes, count: out.count).elementsEqual(model))
        }
    }

    private func step(_ out: OutputBuffer, _ model: inout [UInt8], _ arena: Arena, _ random: inout SplitMix64) {
        switch Int.random(in: 0..<8, using: &random) {
        case 0...3:
            let piece = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            out.append(arena.view(latin1(piece)))
            model += piece
        case 4, 5:
            let count = Int.random(in: 0...model.count, using: &random)
            out.consume(count)
            model.removeFirst(count)
        case 6:
            let count = Int.random(in: 0...model.count, using: &random)
            out.truncate(to: count)
            model.removeLast(model.count - count)
        default:
            // Gives room back only where nothing waits.
            out.shrink(to: 64)
        }
    }

    @Test("takes nothing from an empty view")
    func empty() {
        let out = OutputBuffer()
        out.append(gt_bytes())
        #expect(out.count == 0)
    }

    @Test("grows to what one piece needs")
    func growth() {
        let out = OutputBuffer(capacity: 1)
        let piece = String(repeating: "x", count: 1_000_000)
        let arena = Arena()
        out.append(arena.view("ab"))
        out.consume(1)
        out.append(arena.view(piece))
        #expect(out.count == 1_000_001)
        #expect(out.bytes[0] == 0x62)
        #expect(out.bytes[1_000_000] == 0x78)
        out.removeAll()
        #expect(out.count == 0)
    }
}
