// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// The fuzzer's entry: any bytes, as what a client sends on one connection, as parts of an answer, as what a server
/// sends, and as what either side sends on a WebSocket.
@c(LLVMFuzzerTestOneInput)
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: size))
    checkRequests(input, RequestLimits())
    // Small limits, so that each is met by short inputs.
    checkRequests(input, RequestLimits(startLine: 48, head: 128, fields: 4, body: 24))
    checkAnswer(input)
    checkWebSocket(input, cuts: input.count <= 256 ? Array(0..<max(input.count, 1)) : cuts(of: input))
    checkResponse(input, cuts: cuts(of: input))
    return 0
}

/// The outcome must not depend on where the bytes are cut, and must hold what the codec promises.
private func checkRequests(_ input: [UInt8], _ limits: RequestLimits) {
    let whole = ConnectionDriver.run(input, limits: limits)
    if case .broken(let why) = whole.end { fatalError("contract broken: \(why)") }
    for request in whole.requests { checkRequest(request, limits) }
    check(whole, input, cuts(of: input), limits)
    if input.count <= 256 { check(whole, input, Array(0..<input.count), limits) }
}

private func check(_ whole: Outcome, _ input: [UInt8], _ cuts: [Int], _ limits: RequestLimits) {
    let split = ConnectionDriver.run(input, cuts: cuts, limits: limits)
    if split != whole { fatalError("whole: \(whole.end), cut at \(cuts): \(split.end)") }
}

/// Up to seven cuts at places that the input itself decides, so that a finding can be had again.
private func cuts(of input: [UInt8]) -> [Int] {
    var state = input.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let count = Int(state % 7) + 1
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % (input.count + 1)
    }.sorted()
}

/// What an app may rely on in every request that it is given.
private func checkRequest(_ request: ParsedRequest, _ limits: RequestLimits) {
    let isSmall =
        request.headers.count <= limits.fields && request.trailers.count <= limits.fields
        && Int64(request.body.count) <= limits.body && request.target.utf8.count <= limits.startLine
    if !isSmall { fatalError("a limit was passed") }
    for field in request.headers + request.trailers {
        let isClean = field.value.unicodeScalars.allSatisfy { $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F) }
        if field.name.isEmpty || !isClean { fatalError("a bad field passed: \(field)") }
    }
    func count(_ name: String) -> Int { request.headers.count { $0.name.lowercased() == name } }
    let hosts = count("host")
    if hosts > 1 || (hosts == 0 && request.minorVersion > 0) { fatalError("\(hosts) Host fields passed") }
    let framing = count("content-length") + count("transfer-encoding")
    if framing > 1 { fatalError("\(framing) fields that frame the body passed") }
    if framing == 0, !request.body.isEmpty { fatalError("a body from nowhere") }
}
