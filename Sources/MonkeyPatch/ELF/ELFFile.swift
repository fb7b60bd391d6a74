// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A 64-bit little-endian ELF file, read without running any of it.
///
/// Nothing in the file is believed before it is checked: a hostile file gives an error or an empty answer, and never a
/// trap.
struct ELFFile {
    struct Section {
        var name: String
        var type: UInt32
        var offset: UInt64
        var size: UInt64
        var link: UInt32
    }

    enum Kind: Equatable {
        case relocatable
        case executable
        case shared
        case core
        case other(UInt16)
    }

    let bytes: FileBytes
    let kind: Kind
    let machine: Machine
    let sections: [Section]
    let segments: [Segment]

    /// Reads the header and both tables.
    init(_ bytes: FileBytes) throws(ELFError) {
        self.bytes = bytes
        let header = try ELFHeader(bytes)
        self.kind = header.kind
        self.machine = header.machine
        self.segments = try Self.readSegments(bytes, header)
        self.sections = try Self.readSections(bytes, header)
    }

    /// The first section of that name.
    func section(named name: String) -> Section? {
        self.sections.first { $0.name == name }
    }

    /// The bytes of a section; null if the file does not have them.
    func contents(of section: Section) -> [UInt8]? {
        section.type == ELFConstant.sectionWithoutBytes ? nil : self.bytes.piece(at: section.offset, size: section.size)
    }
}

extension ELFFile {
    private static func table(
        _ bytes: FileBytes,
        at offset: UInt64,
        entries: UInt64,
        size: Int,
        name: String
    ) throws(ELFError) -> [UInt8] {
        let (total, overflow) = entries.multipliedReportingOverflow(by: UInt64(size))
        guard !overflow, let table = bytes.piece(at: offset, size: total) else { throw .truncated(name) }
        return table
    }

    private static func readSegments(_ bytes: FileBytes, _ header: ELFHeader) throws(ELFError) -> [Segment] {
        let size = ELFConstant.segmentSize
        guard header.segmentCount > 0 else { return [] }
        guard Int(header.segmentEntrySize) == size else { throw .malformed("program headers of a wrong size") }
        let table = try Self.table(
            bytes,
            at: header.segmentOffset,
            entries: UInt64(header.segmentCount),
            size: size,
            name: "program headers"
        )
        return Segment.table(table)
    }

    private static func readSections(_ bytes: FileBytes, _ header: ELFHeader) throws(ELFError) -> [Section] {
        let size = ELFConstant.sectionSize
        guard header.sectionOffset > 0, header.sectionCount > 0 else { return [] }
        guard Int(header.sectionEntrySize) == size else { throw .malformed("section headers of a wrong size") }
        let table = try Self.table(
            bytes,
            at: header.sectionOffset,
            entries: UInt64(header.sectionCount),
            size: size,
            name: "section headers"
        )
        let raw = stride(from: 0, to: table.count, by: size).compactMap { Self.rawSection(table, at: $0) }
        guard Int(header.sectionNameIndex) < raw.count else { return raw.map(\.section) }
        let names = raw[Int(header.sectionNameIndex)].section
        guard let strings = bytes.piece(at: names.offset, size: names.size) else { throw .truncated("section names") }
        return raw.map { entry in
            var section = entry.section
            section.name = strings.text(at: Int(entry.name)) ?? ""
            return section
        }
    }

    private static func rawSection(_ table: [UInt8], at start: Int) -> (section: Section, name: UInt32)? {
        guard let name = table.number(at: start, as: UInt32.self),
            let type = table.number(at: start + 4, as: UInt32.self),
            let offset = table.number(at: start + 24, as: UInt64.self),
            let size = table.number(at: start + 32, as: UInt64.self),
            let link = table.number(at: start + 40, as: UInt32.self)
        else { return nil }
        return (Section(name: "", type: type, offset: offset, size: size, link: link), name)
    }
}
