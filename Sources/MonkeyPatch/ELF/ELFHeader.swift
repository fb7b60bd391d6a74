// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// The first 64 bytes of an ELF file.
struct ELFHeader {
    let kind: ELFFile.Kind
    let machine: Machine
    let segmentOffset: UInt64
    let segmentEntrySize: UInt16
    let segmentCount: UInt16
    let sectionOffset: UInt64
    let sectionEntrySize: UInt16
    let sectionCount: UInt16
    let sectionNameIndex: UInt16

    static let magic: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]

    init(_ bytes: FileBytes) throws(ELFError) {
        guard let magic = bytes.piece(at: 0, size: 4), magic == Self.magic else { throw .notELF }
        let header = try Self.checkedHeader(bytes)
        func word(_ offset: Int) throws(ELFError) -> UInt16 {
            guard let value = header.number(at: offset, as: UInt16.self) else { throw .truncated("header") }
            return value
        }
        func offset(_ offset: Int) throws(ELFError) -> UInt64 {
            guard let value = header.number(at: offset, as: UInt64.self) else { throw .truncated("header") }
            return value
        }
        self.kind = ELFFile.Kind(try word(16))
        self.machine = Machine(try word(18))
        self.segmentOffset = try offset(32)
        self.sectionOffset = try offset(40)
        self.segmentEntrySize = try word(54)
        self.segmentCount = try word(56)
        self.sectionEntrySize = try word(58)
        self.sectionCount = try word(60)
        self.sectionNameIndex = try word(62)
    }

    /// The header's bytes, once its first ones have said that they are laid out as expected.
    private static func checkedHeader(_ bytes: FileBytes) throws(ELFError) -> [UInt8] {
        guard let start = bytes.piece(at: 0, size: 20) else { throw .truncated("header") }
        let isBigEndian = start[5] == 2
        let machine = start.number(at: 18, as: UInt16.self) ?? 0
        guard start[4] == 2 else {
            guard start[4] == 1 else { throw .malformed("neither a 32-bit nor a 64-bit file") }
            throw .notSixtyFourBit(machine: isBigEndian ? machine.byteSwapped : machine)
        }
        guard start[5] == 1 else {
            guard isBigEndian else { throw .malformed("neither little-endian nor big-endian") }
            throw .bigEndian(machine: machine.byteSwapped)
        }
        guard let header = bytes.piece(at: 0, size: 64) else { throw .truncated("header") }
        return header
    }
}

extension ELFFile.Kind {
    init(_ number: UInt16) {
        switch number {
        case 1: self = .relocatable
        case 2: self = .executable
        case 3: self = .shared
        case 4: self = .core
        default: self = .other(number)
        }
    }
}
