// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// The input as what a peer sends on a WebSocket, to a server and to a client, however it is cut; and as an extension field.
///
/// The first byte chooses the limit and whether messages may be compressed.
func checkWebSocket(_ input: [UInt8], cuts: [Int]) {
    guard let choice = input.first else { return }
    let frames = Array(input.dropFirst())
    let cuts = cuts.map { min($0, frames.count) }
    for side in [WebSocketFrameHeader.Reader.server, .client] {
        func run(_ cuts: [Int]) -> WebSocketOutcome {
            WebSocketDriver.run(
                frames,
                cuts: cuts,
                side: side,
                limit: choice & 1 == 0 ? 1 << 20 : 20,
                mayCompress: choice & 2 != 0
            )
        }
        let whole = run([])
        if let why = whole.broken { fatalError("contract broken: \(why)") }
        let split = run(cuts)
        if split != whole { fatalError("whole: \(whole), cut at \(cuts): \(split)") }
        for item in whole.items {
            if case .text(let bytes) = item, String(validating: bytes, as: UTF8.self) == nil {
                fatalError("a text that is none passed: \(bytes)")
            }
            if case .control(8, let bytes) = item { checkClose(bytes) }
        }
    }
    checkExtensions(String(decoding: frames, as: UTF8.self))
}

private func checkClose(_ payload: [UInt8]) {
    payload.withUnsafeBufferPointer { bytes in
        let parsed = WebSocketCloseReason.parse(gt_bytes(data: bytes.baseAddress, size: bytes.count))
        guard case .success(let reason) = parsed else { return }
        if reason.payload != payload { fatalError("a Close is \(reason), and was \(payload)") }
    }
}

private func checkExtensions(_ text: String) {
    guard let offers = WebSocketExtension.parse(text) else { return }
    guard let (agreed, answer) = PerMessageDeflate.accept(offers, wanted: PerMessageDeflate()) else { return }
    let sizes = 8...15
    guard sizes.contains(agreed.serverMaxWindowBits), sizes.contains(agreed.clientMaxWindowBits) else {
        fatalError("windows of \(agreed)")
    }
    // What a server answers a client must be able to read.
    if WebSocketExtension.parse(answer)?.count != 1 { fatalError("the answer \(answer)") }
}
