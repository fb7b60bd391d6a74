// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// The table that an image has for the dynamic linker.
struct DynamicTable: Equatable {
    /// What an entry is about.
    enum Tag: UInt64, CaseIterable {
        case needed = 1
        case pltRelocationBytes = 2
        case stringTable = 5
        case symbolTable = 6
        case relocations = 7
        case relocationBytes = 8
        case relocationSize = 9
        case stringBytes = 10
        case name = 14
        case rpath = 15
        case pltRelocationKind = 20
        case pltRelocations = 23
        case runpath = 29
        case flags1 = 0x6FFF_FFFB
        case relativeCount = 0x6FFF_FFF9

        /// Whether its value is an address in the image.
        fileprivate var isAddress: Bool {
            switch self {
            case .stringTable, .symbolTable, .relocations, .pltRelocations: true
            default: false
            }
        }
    }

    private var values: [Tag: UInt64] = [:]
    private var needed: [UInt64] = []

    /// The entries up to the one that ends them; of several with one tag but `needed`, the last.
    init(_ bytes: [UInt8]) {
        for start in stride(from: 0, to: bytes.count, by: ELFConstant.dynamicSize) {
            guard let number = bytes.number(at: start, as: UInt64.self),
                let value = bytes.number(at: start + 8, as: UInt64.self), number != 0
            else { break }
            guard let tag = Tag(rawValue: number) else { continue }
            if tag == .needed { self.needed.append(value) }
            self.values[tag] = value
        }
    }

    subscript(tag: Tag) -> UInt64? {
        self.values[tag]
    }

    /// The table of a loaded image with addresses as they are in its file.
    ///
    /// glibc replaces them by those in memory where it may write to the table, and leaves them where it may not.
    func unrelocated(base: UInt64, image: Range<UInt64>) -> DynamicTable {
        var copy = self
        for tag in Tag.allCases where tag.isAddress {
            guard let value = self.values[tag], image.contains(value) else { continue }
            copy.values[tag] = value &- base
        }
        return copy
    }

    /// The names and numbers for which an image's strings are needed; empty where it has none.
    func section(of image: some ImageBytes) -> DynamicSection {
        func text(_ offset: UInt64?) -> String? { offset.flatMap { self.string(at: $0, of: image) } }
        return DynamicSection(
            needed: self.needed.compactMap(text),
            name: text(self[.name]),
            rpath: text(self[.rpath]),
            runpath: text(self[.runpath]),
            isExecutable: (self[.flags1] ?? 0) & 0x0800_0000 != 0
        )
    }

    /// One string of an image's table; null if the image does not have all of it.
    ///
    /// Tables take megabytes, and names some bytes: no more is copied than it takes.
    private func string(at offset: UInt64, of image: some ImageBytes) -> String? {
        guard let start = self[.stringTable], let size = self[.stringBytes], offset < size else { return nil }
        let (address, overflow) = start.addingReportingOverflow(offset)
        guard !overflow else { return nil }
        let short = image.piece(atAddress: address, size: min(size - offset, 256))?.text(at: 0)
        return short ?? image.piece(atAddress: address, size: size - offset)?.text(at: 0)
    }

    /// The string table of an image; null if it does not have all of it.
    func strings(of image: some ImageBytes) -> [UInt8]? {
        guard let start = self[.stringTable], let size = self[.stringBytes] else { return nil }
        return image.piece(atAddress: start, size: size)
    }
}
