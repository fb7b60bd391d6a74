// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Entity tags: `"0123456789abc"`, and their comparison.
enum EntityTag {
    /// A tag for a body: 65 bits of a hash, in 13 characters, so that the text fits a String without allocation.
    ///
    /// Not a cryptographic hash: a tag tells versions of one resource apart.
    static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let (high, low) = self.hash(bytes)
        return String(unsafeUninitializedCapacity: 15) { out in
            let raw = UnsafeMutableRawBufferPointer(out)
            // The two overlap: the second's first three digits take the place of the first's last ones.
            raw.storeBytes(of: self.digits(high).littleEndian, toByteOffset: 6, as: UInt64.self)
            raw.storeBytes(of: self.digits(low).littleEndian, toByteOffset: 1, as: UInt64.self)
            raw[0] = 0x22
            raw[14] = 0x22
            return 15
        }
    }

    /// The low 40 bits as eight characters of five bits each, from `0` to `9` and `a` to `v`, all in one word.
    @inline(__always)
    private static func digits(_ value: UInt64) -> UInt64 {
        var bits = (value & 0xFFFFF) | (value & 0xFF_FFF0_0000) << 12
        bits = (bits | bits << 6) & 0x03FF_03FF_03FF_03FF
        bits = (bits | bits << 3) & 0x1F1F_1F1F_1F1F_1F1F
        let letters = (bits &+ 0x7676_7676_7676_7676) >> 7 & 0x0101_0101_0101_0101
        return bits &+ 0x3030_3030_3030_3030 &+ letters &* 39
    }

    /// Two lanes of multiply and fold over 16 bytes a step; the length takes part.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt64) {
        let raw = UnsafeRawBufferPointer(bytes)
        var first: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: raw.count)
        var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F
        var index = 0
        while raw.count - index >= 16 {
            let left = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let right = raw.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self)
            first = self.fold(first ^ left, 0xA076_1D64_78BD_642F ^ right)
            second = self.fold(second ^ right, 0xE703_7ED1_A0B4_28DB ^ left) &+ first
            index += 16
        }
        let tail = self.tail(raw, index)
        first = self.fold(first ^ tail.0, 0x8EBC_6AF0_9C88_C6E3 ^ tail.1)
        second = self.fold(second ^ tail.1, 0x5899_65CC_7537_4CC3 ^ tail.0)
        return (self.fold(first, second ^ 0x1D8E_4E27_C47D_124F), self.fold(second ^ first, 0xEB44_ACCA_B455_D165))
    }

    /// The last bytes, fewer than 16, in two words.
    ///
    /// These may overlap: the length, which takes part in the hash, tells how.
    @inline(__always)
    private static func tail(_ raw: UnsafeRawBufferPointer, _ index: Int) -> (UInt64, UInt64) {
        let count = raw.count - index
        if count >= 8 {
            return (
                raw.loadUnaligned(fromByteOffset: index, as: UInt64.self),
                raw.loadUnaligned(fromByteOffset: raw.count - 8, as: UInt64.self)
            )
        }
        if count >= 4 {
            return (
                UInt64(raw.loadUnaligned(fromByteOffset: index, as: UInt32.self)),
                UInt64(raw.loadUnaligned(fromByteOffset: raw.count - 4, as: UInt32.self))
            )
        }
        var word: UInt64 = 0
        for offset in index..<raw.count { word = word << 8 | UInt64(raw[offset]) }
        return (word, 0)
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// Whether one of the tags of an `If-None-Match` field is `etag`, or the field is `*`.
    ///
    /// Weak comparison, as HTTP says for this field. One pass.
    static func matches(_ field: UnsafeBufferPointer<UInt8>, _ etag: String) -> Bool {
        let wanted = Array((etag.hasPrefix("W/") ? String(etag.dropFirst(2)) : etag).utf8)
        var index = 0
        while index < field.count {
            let byte = field[index]
            if byte == UInt8(ascii: "*"), field.allSatisfy({ $0 == byte || $0 == 0x20 || $0 == 0x09 }) { return true }
            guard byte == 0x22 else {
                index += 1
                continue
            }
            let rest = field[(index + 1)...]
            guard let end = rest.firstIndex(of: 0x22) else { return false }
            if !wanted.isEmpty, field[index...end].elementsEqual(wanted) { return true }
            index = end + 1
        }
        return false
    }
}

extension RequestHandler {
    /// Sets `Etag` to what `computeEtag()` gives.
    ///
    /// Called by itself for complete answers.
    public final func setEtagHeader() throws {
        if let etag = self.computeEtag() { try self.setHeader("Etag", etag) }
    }

    /// Whether the client says that it has this version already: its `If-None-Match` holds the answer's `Etag`.
    public final func checkEtagHeader() -> Bool {
        self.matchesEtag("")
    }

    /// The same for a computed tag, or the one that the app has set.
    final func matchesEtag(_ computed: String) -> Bool {
        guard let field = self.request.field("if-none-match") else { return false }
        let etag = computed.isEmpty ? self.headers?["Etag"] ?? "" : computed
        return !etag.isEmpty && EntityTag.matches(field.buffer, etag)
    }
}
