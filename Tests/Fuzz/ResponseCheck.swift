// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// The input as what a server sends in answer to one request: the outcome must not depend on where the bytes are cut, and
/// must hold what the reader promises.
func checkResponse(_ input: [UInt8], cuts: [Int]) {
    let small = RequestLimits(startLine: 48, head: 128, fields: 4, body: 24)
    for limits in [RequestLimits(), small] {
        for isHeadRequest in [false, true] {
            for closes in [false, true] { check(input, cuts, limits, isHeadRequest, closes) }
        }
    }
}

private func check(_ input: [UInt8], _ cuts: [Int], _ limits: RequestLimits, _ isHeadRequest: Bool, _ closes: Bool) {
    let text = input.withUnsafeBufferPointer { latin1($0) }
    func run(_ cuts: [Int]) -> ResponseOutcome {
        ResponseDriver.run(text, cuts: cuts, isHeadRequest: isHeadRequest, limits: limits, closes: closes)
    }
    let whole = run([])
    checkPromises(whole, limits, isHeadRequest)
    var ways = [cuts]
    if input.count <= 256 { ways.append(Array(0..<input.count)) }
    for way in ways {
        let split = run(way)
        checkPromises(split, limits, isHeadRequest)
        // How much of what is refused was taken before depends on the pieces; and a head that trickles in is not looked at
        // for each byte, so that it may be refused a little later.
        let isLate = !closes && split.end == .waiting
        let isSame = whole.end == .refused ? split.end == .refused || isLate : split == whole
        if !isSame { fatalError("an answer whole: \(whole), cut at \(way): \(split)") }
    }
}

/// What a client may rely on in every answer that it is given.
private func checkPromises(_ outcome: ResponseOutcome, _ limits: RequestLimits, _ isHeadRequest: Bool) {
    if outcome.fields.count > limits.fields || outcome.body.unicodeScalars.count > limits.body {
        fatalError("a limit was passed")
    }
    if isHeadRequest, !outcome.body.isEmpty { fatalError("the answer to HEAD has a body") }
    guard outcome.status != 0 else {
        if outcome.end == .whole { fatalError("an answer without a head") }
        return
    }
    if !(200...999).contains(outcome.status) { fatalError("the status \(outcome.status) passed") }
    for text in [outcome.reason] + outcome.fields.flatMap({ $0 }) {
        let isClean = text.unicodeScalars.allSatisfy { $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F) }
        if !isClean { fatalError("a bad field or reason passed: \(text.debugDescription)") }
    }
    if outcome.fields.contains(where: { $0[0].isEmpty }) { fatalError("an empty field name passed") }
}
