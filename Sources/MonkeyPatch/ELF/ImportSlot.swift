// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A word of an image into which the dynamic linker writes the address of something, mostly of another image's function.
struct ImportSlot: Equatable {
    /// How compiled code uses the word.
    enum Kind: Equatable {
        /// A call jumps through it (JUMP_SLOT); it may be filled in at the first call only.
        case call
        /// Code loads the address from it (GLOB_DAT), also to call it without a jump table of its own.
        case address
        /// It is in a table of data (ABS64): functions that are called through a pointer.
        case data
    }

    /// The symbol's name, without a version.
    var name: String
    /// Where the word is, as linked.
    var address: UInt64
    var kind: Kind
    /// Whether the image has a symbol of that name itself, which may or may not be the one that is meant.
    var isDefined: Bool
}

extension DynamicTable {
    /// The words of an image that wait for one of the names that are wanted.
    ///
    /// Parts that are not there, or make no sense, are as good as empty.
    func importSlots(
        of image: some ImageBytes,
        machine: Machine,
        where isWanted: (String) -> Bool
    ) -> [ImportSlot] {
        let relocations = self.relocations(of: image, machine: machine)
        guard let last = relocations.map(\.symbol).max(), let strings = self.strings(of: image),
            let table = self[.symbolTable],
            let symbols = image.piece(atAddress: table, size: (UInt64(last) + 1) * UInt64(ELFConstant.symbolSize))
        else { return [] }
        return relocations.compactMap { relocation in
            let start = Int(relocation.symbol) * ELFConstant.symbolSize
            guard let offset = symbols.number(at: start, as: UInt32.self),
                let section = symbols.number(at: start + 6, as: UInt16.self),
                let name = strings.text(at: Int(offset)), isWanted(name)
            else { return nil }
            return ImportSlot(
                name: name,
                address: relocation.address,
                kind: relocation.kind,
                isDefined: section != 0
            )
        }
    }

    /// Both tables of relocations: that of data, and that of jumps.
    private func relocations(of image: some ImageBytes, machine: Machine) -> [Relocation] {
        let entry = UInt64(ELFConstant.relocationSize)
        guard self[.relocationSize] ?? entry == entry else { return [] }
        // Most are relative ones, which name no symbol; the linker puts them first and counts them.
        let (skipped, overflow) = (self[.relativeCount] ?? 0).multipliedReportingOverflow(by: entry)
        var answer: [Relocation] = []
        if let start = self[.relocations], let size = self[.relocationBytes], !overflow, size >= skipped {
            let (first, overflow) = start.addingReportingOverflow(skipped)
            let bytes = overflow ? nil : image.piece(atAddress: first, size: size - skipped)
            answer = Relocation.table(bytes ?? [], machine: machine)
        }
        guard let start = self[.pltRelocations], let size = self[.pltRelocationBytes],
            self[.pltRelocationKind] == Tag.relocations.rawValue,
            let bytes = image.piece(atAddress: start, size: size)
        else { return answer }
        return answer + Relocation.table(bytes, machine: machine)
    }
}

/// One entry of a relocation table, of those kinds that write a symbol's address.
private struct Relocation {
    var address: UInt64
    var symbol: UInt32
    var kind: ImportSlot.Kind

    static func table(_ bytes: [UInt8], machine: Machine) -> [Relocation] {
        stride(from: 0, to: bytes.count, by: ELFConstant.relocationSize).compactMap { start in
            guard let info = bytes.number(at: start + 8, as: UInt64.self),
                let kind = machine.importKind(ofRelocation: UInt32(truncatingIfNeeded: info)), info >> 32 != 0,
                let address = bytes.number(at: start, as: UInt64.self),
                let addend = bytes.number(at: start + 16, as: UInt64.self), addend == 0 || kind == .call
            else { return nil }
            return Relocation(address: address, symbol: UInt32(info >> 32), kind: kind)
        }
    }
}

extension Machine {
    /// How a relocation of that type uses the address of a symbol; null if it does something else.
    fileprivate func importKind(ofRelocation type: UInt32) -> ImportSlot.Kind? {
        switch (self, type) {
        case (.x86, 7), (.arm, 1026): .call
        case (.x86, 6), (.arm, 1025): .address
        case (.x86, 1), (.arm, 257): .data
        default: nil
        }
    }
}
