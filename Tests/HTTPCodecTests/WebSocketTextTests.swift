// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import Testing

@Suite("Text in a WebSocket")
struct WebSocketTextTests {
    private func isText(_ bytes: [UInt8], cut: Int? = nil) -> Bool {
        var validator = UTF8Validator()
        let pieces = cut.map { [bytes[..<$0], bytes[$0...]] } ?? [bytes[...]]
        return pieces.allSatisfy { Array($0).withUnsafeBufferPointer { validator.append($0) } } && validator.isComplete
    }

    @Test("is what the standard library takes for UTF-8: characters' bytes, and every pair of bytes")
    func everyCharacter() {
        // All of one and two bytes, and of the longer ones some of every lead byte.
        for value in Array(0...0xFFF) + Array(stride(from: 0x1000 as UInt32, through: 0x10FFFF, by: 37)) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            if !self.isText(Array(String(scalar).utf8)) { Issue.record("U+\(String(value, radix: 16))") }
        }
        for first in (0 as UInt8)...255 {
            for second in (0 as UInt8)...255 {
                for tail in [[], [0x80], [0x80, 0xBF]] as [[UInt8]] {
                    let bytes = [first, second] + tail
                    let expected = String(validating: bytes, as: UTF8.self) != nil
                    if self.isText(bytes) != expected { Issue.record("\(bytes)") }
                }
            }
        }
    }

    @Test("may be cut anywhere")
    func cuts() {
        let text = Array("κόσμε 🌍 plain ASCII in between, long enough for words of eight, and then é".utf8)
        for cut in 0...text.count { #expect(self.isText(text, cut: cut)) }
        for cut in 1..<text.count where text[cut] & 0xC0 == 0x80 { #expect(!self.isText(Array(text[..<cut]))) }
    }

    @Test("is refused at the first byte that cannot be right")
    func early() {
        for (bytes, bad) in [
            ([0xF4, 0x90], 1), ([0xED, 0xA0], 1), ([0xE0, 0x80], 1), ([0x41, 0xC1], 1), ([0xFE], 0),
        ]
            as [([UInt8], Int)]
        {
            var validator = UTF8Validator()
            for (index, byte) in bytes.enumerated() {
                #expect([byte].withUnsafeBufferPointer { validator.append($0) } == (index < bad))
            }
        }
    }

    @Test("in a Close frame comes behind a code that may be sent")
    func closeReasons() {
        func parse(_ bytes: [UInt8]) -> Result<WebSocketCloseReason, WebSocketViolation> {
            bytes.withUnsafeBufferPointer { WebSocketCloseReason.parse(gt_bytes(data: $0.baseAddress, size: $0.count)) }
        }
        #expect(parse([]) == .success(WebSocketCloseReason(code: 1005)))
        #expect(parse([3, 232]) == .success(WebSocketCloseReason(code: 1000)))
        #expect(parse([3, 232, 0xC3, 0xA9]) == .success(WebSocketCloseReason(code: 1000, text: "é")))
        #expect(parse([3]) == .failure(.init(code: 1002, why: "")))
        #expect(parse([3, 232, 0xC3]) == .failure(.notText))
        let allowed = Array(1000...1003) + Array(1007...1014) + Array(3000...4999)
        for code in 0...65_535 {
            let isTaken = (try? parse([UInt8(code >> 8), UInt8(code & 255)]).get()) != nil
            if isTaken != (code >= 1000 && code < 5000 && allowed.contains(code)) { Issue.record("\(code)") }
        }
    }
}
