// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// The input, cut at its first two bytes of 0xFE, as reason, name and value: what is taken must stay one line each.
func checkAnswer(_ input: [UInt8]) {
    let parts = input.split(separator: 0xFE, maxSplits: 2, omittingEmptySubsequences: false).map(Array.init)
    let reason = parts[0]
    let name = parts.count > 1 ? parts[1] : bytes("X")
    let value = parts.count > 2 ? parts[2] : input
    withView(reason) { reason in
        withView(name) { name in
            withView(value) { value in
                var field = gt_header(name: name, value: value)
                withUnsafePointer(to: &field) { checkHead(reason, $0) }
            }
        }
    }
}

private func checkHead(_ reason: gt_bytes, _ field: UnsafePointer<gt_header>) {
    let response = gt_response(
        size: UInt32(MemoryLayout<gt_response>.size),
        flags: 0,
        status: 200,
        reason: reason,
        headers: field,
        header_count: 1,
        content_length: 0
    )
    // Once anew, and twice with what the answers before have left.
    let first = encoded(response, RepeatedHead())
    for _ in 0..<2 where encoded(response, remembered) != first { fatalError("a remembered head differs") }
    guard let head = first else { return }
    let lineFeeds = head.count { $0 == 0x0A }
    let carriageReturns = head.count { $0 == 0x0D }
    // Status line, length and the empty line; the field, unless it is the encoder's own; Connection.
    guard (3...4).contains(lineFeeds), carriageReturns == lineFeeds, !head.contains(0) else {
        fatalError("a line was injected: \(latin1(head).debugDescription)")
    }
}

/// The fuzzer has one thread.
nonisolated(unsafe) private let remembered = RepeatedHead()

/// The head, nil if it is refused.
private func encoded(_ response: gt_response, _ repeated: RepeatedHead) -> [UInt8]? {
    let out = OutputBuffer(capacity: 64)
    var encoder = ResponseEncoder()
    let context = ResponseEncoder.Context(isHead: false, minorVersion: 1, keepAlive: true)
    do {
        try encoder.begin(response, context, repeated: repeated, dateLine: gt_bytes(), into: out)
    } catch {
        if out.count != 0 { fatalError("a refused head left \(out.count) bytes") }
        return nil
    }
    return Array(UnsafeBufferPointer(start: out.bytes, count: out.count))
}

private func withView(_ bytes: [UInt8], _ body: (gt_bytes) -> Void) {
    bytes.withUnsafeBufferPointer { body(gt_bytes(data: $0.baseAddress, size: $0.count)) }
}
