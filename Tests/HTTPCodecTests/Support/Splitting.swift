// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import Testing

/// A small generator with a seed, so that a failure can be had again.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        self.state = seed
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var word = self.state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// Expects the outcome to be `whole` byte by byte and at every place of one cut; for long inputs, in pieces of several
/// sizes and at random cuts.
func expectSameHoweverSplit(
    _ bytes: [UInt8],
    _ whole: Outcome,
    limits: RequestLimits = RequestLimits(),
    _ id: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    func expect(_ cuts: [Int], _ how: String) {
        let outcome = ConnectionDriver.run(bytes, cuts: cuts, limits: limits)
        // Not in the macro: the outcomes of long inputs are not worth printing.
        let isSame = outcome == whole
        #expect(isSame, "\(id) \(how): \(outcome.end), whole: \(whole.end)", sourceLocation: sourceLocation)
    }
    if bytes.count <= 2048 {
        expect(Array(0..<bytes.count), "byte by byte")
        for cut in 1..<max(2, bytes.count) { expect([cut], "cut at \(cut)") }
        return
    }
    for size in [509, 1460, 16384] {
        expect(Array(stride(from: size, to: bytes.count, by: size)), "in pieces of \(size)")
    }
    var random = SplitMix64(seed: UInt64(bytes.count))
    for round in 0..<8 {
        expect((0..<12).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted(), "random cuts, \(round)")
    }
}
