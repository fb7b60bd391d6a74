// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// The lines between the data of chunks: size, extensions, CRLF.
///
/// Goes byte by byte, so nothing must be kept.
struct ChunkFraming {
    enum Outcome {
        case more
        /// A chunk of this many bytes follows.
        case chunk(Int64)
        /// The chunk of size zero: trailers follow.
        case last
        case refused(Refusal)
    }

    private enum Place {
        case firstDigit
        case digits
        case spaceBeforeExtension
        case extensionStart
        case extensionName
        case spaceBehindName
        case extensionValueStart
        case extensionToken
        case extensionQuoted
        case extensionQuotedPair
        case extensionEnd
        case lineFeed
        case data
        case dataCarriageReturn
        case dataLineFeed
        case trailers
    }

    private var place = Place.firstDigit
    private var size: Int64 = 0
    private var digits = 0
    private var extensionBytes = 0

    var isInData: Bool { self.place == .data }

    /// The chunk's data is over: its CRLF follows.
    mutating func dataEnded() {
        self.place = .dataCarriageReturn
    }

    /// Parses up to the data or the trailers; `index` ends behind what was taken.
    mutating func parse(_ bytes: UnsafePointer<UInt8>, _ index: inout Int, _ count: Int) -> Outcome {
        if self.place == .trailers { return .last }
        while index < count {
            let byte = bytes[index]
            index &+= 1
            switch self.place {
            case .firstDigit, .digits:
                if let refusal = self.digit(byte) { return .refused(refusal) }
            case .lineFeed:
                guard byte == 0x0A else { return .refused(.bad("a bare CR in a chunk's line")) }
                if self.size == 0 {
                    self.place = .trailers
                    return .last
                }
                self.place = .data
                return .chunk(self.size)
            case .dataCarriageReturn:
                guard byte == 0x0D else { return .refused(.bad("a chunk's data is not followed by CRLF")) }
                self.place = .dataLineFeed
            case .dataLineFeed:
                guard byte == 0x0A else { return .refused(.bad("a chunk's data is not followed by CRLF")) }
                self.place = .firstDigit
                self.size = 0
                self.digits = 0
            default:
                if let refusal = self.extensionByte(byte) { return .refused(refusal) }
            }
        }
        return .more
    }

    private mutating func digit(_ byte: UInt8) -> Refusal? {
        let value = CharacterClass.hexValue(byte)
        if value < 16 {
            // Sixteen digits, the first of them zero, say up to an exbibyte: no limit on bodies is larger.
            self.digits &+= 1
            if self.digits > 16 || self.size >> 56 != 0 { return .bad("a chunk's size has too many digits") }
            self.size = self.size << 4 | Int64(value)
            self.place = .digits
            return nil
        }
        guard self.place == .digits else { return .bad("a chunk's size is not hexadecimal digits") }
        switch byte {
        case 0x0D: self.place = .lineFeed
        case 0x3B: self.place = .extensionStart
        case 0x20, 0x09: self.place = .spaceBeforeExtension
        default: return .bad("a chunk's size is not hexadecimal digits")
        }
        return nil
    }

    /// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`; the contents are checked and dropped.
    private mutating func extensionByte(_ byte: UInt8) -> Refusal? {
        self.extensionBytes &+= 1
        if self.extensionBytes > RequestLimits.chunkExtensions { return .bad("chunk extensions longer than the limit") }
        let isSpace = byte == 0x20 || byte == 0x09
        let malformed = Refusal.bad("a malformed chunk extension")
        switch self.place {
        case .spaceBeforeExtension:
            if isSpace { return nil }
            guard byte == 0x3B else { return malformed }
            self.place = .extensionStart
        case .extensionStart:
            if isSpace { return nil }
            guard CharacterClass.isToken(byte) else { return malformed }
            self.place = .extensionName
        case .extensionName:
            if CharacterClass.isToken(byte) { return nil }
            return self.nameEnds(byte, isSpace) ? nil : malformed
        case .spaceBehindName:
            if isSpace { return nil }
            guard byte == 0x3B || byte == 0x3D else { return malformed }
            return self.nameEnds(byte, isSpace) ? nil : malformed
        case .extensionValueStart:
            if isSpace { return nil }
            guard byte == 0x22 || CharacterClass.isToken(byte) else { return malformed }
            self.place = byte == 0x22 ? .extensionQuoted : .extensionToken
        case .extensionToken:
            if CharacterClass.isToken(byte) { return nil }
            return self.extensionEnds(byte) ? nil : malformed
        case .extensionQuoted:
            if byte == 0x22 { self.place = .extensionEnd }
            if byte == 0x5C { self.place = .extensionQuotedPair }
            return CharacterClass.isFieldValue(byte) ? nil : malformed
        case .extensionQuotedPair:
            self.place = .extensionQuoted
            return CharacterClass.isFieldValue(byte) ? nil : malformed
        default:
            return self.extensionEnds(byte) ? nil : malformed
        }
        return nil
    }

    private mutating func nameEnds(_ byte: UInt8, _ isSpace: Bool) -> Bool {
        if isSpace {
            self.place = .spaceBehindName
        } else if byte == 0x3D {
            self.place = .extensionValueStart
        } else {
            return self.extensionEnds(byte)
        }
        return true
    }

    private mutating func extensionEnds(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x0D: self.place = .lineFeed
        case 0x3B: self.place = .extensionStart
        case 0x20, 0x09: self.place = .spaceBeforeExtension
        default: return false
        }
        return true
    }
}
