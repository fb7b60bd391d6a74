// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

@testable import HTTPCodec

@Suite("Classes of bytes")
struct CharacterClassTests {
    private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    private static let digits = "0123456789"

    @Test("are those of the RFCs, for all 256 bytes")
    func classes() {
        let token = Set((Self.letters + Self.digits + "!#$%&'*+-.^_`|~").utf8)
        let host = Set((Self.letters + Self.digits + "-._~!$&'()*+,;=%:").utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(CharacterClass.isToken(byte) == token.contains(byte), "\(byte)")
            #expect(CharacterClass.isHost(byte) == host.contains(byte), "\(byte)")
            #expect(CharacterClass.isDigit(byte) == Self.digits.utf8.contains(byte), "\(byte)")
            #expect(CharacterClass.isVisible(byte) == (0x21...0x7E).contains(byte), "\(byte)")
            #expect(CharacterClass.isFieldValue(byte) == (byte == 9 || (byte >= 0x20 && byte != 0x7F)), "\(byte)")
            let hex = byte < 128 ? Character(Unicode.Scalar(byte)).hexDigitValue : nil
            #expect(Int(CharacterClass.hexValue(byte)) == hex ?? 255, "\(byte)")
        }
    }

    @Test("are found in runs of any length, at any place, behind any byte")
    func scan() {
        for count in 0...40 {
            for place in 0..<max(1, count) {
                for control: UInt8 in [0, 9, 10, 13, 0x1F, 0x7F] {
                    var bytes = [UInt8](repeating: 0x80, count: count)
                    if place > 0 { bytes[place - 1] = 0x20 }
                    if place < count { bytes[place] = control }
                    if place + 1 < count { bytes[place + 1] = 0 }
                    let found = bytes.withUnsafeBufferPointer {
                        ByteScan.controlByte($0.baseAddress!, from: 0, to: count)
                    }
                    #expect(found == (count == 0 ? 0 : place))
                }
            }
        }
    }

    @Test("are found as a slow search finds them, in random bytes", arguments: 0..<20)
    func randomScan(_ seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        for _ in 0..<500 {
            let count = Int.random(in: 1...64, using: &random)
            let bytes = (0..<count).map { _ in
                Int.random(in: 0..<8, using: &random) == 0
                    ? UInt8.random(in: 0...255, using: &random) : UInt8.random(in: 0x7D...0xFF, using: &random)
            }
            let start = Int.random(in: 0..<count, using: &random)
            let slow = (start..<count).first { bytes[$0] < 0x20 || bytes[$0] == 0x7F } ?? count
            let found = bytes.withUnsafeBufferPointer { ByteScan.controlByte($0.baseAddress!, from: start, to: count) }
            #expect(found == slow)
        }
    }
}
