// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What the dynamic linker is told.
struct DynamicSection {
    /// Libraries the file needs, in order.
    var needed: [String] = []
    /// The file's own name for others to need, where it has one.
    var name: String?
    /// Where the file's needs are looked for first.
    var searchPath: String?
    /// The file is a position-independent executable, which looks like a library otherwise.
    var isExecutable = false
}

extension ELFFile {
    /// What the dynamic linker is told; empty where the file has no such part.
    func dynamicSection() throws(ELFError) -> DynamicSection {
        guard let segment = self.segments.first(where: { $0.type == ELFConstant.segmentDynamic }) else {
            return DynamicSection()
        }
        guard let table = self.bytes.piece(at: segment.offset, size: segment.size) else {
            throw .truncated("dynamic section")
        }
        let strings = self.dynamicStrings()
        var answer = DynamicSection()
        for start in stride(from: 0, to: table.count, by: ELFConstant.dynamicSize) {
            guard let tag = table.number(at: start, as: UInt64.self),
                let value = table.number(at: start + 8, as: UInt64.self), tag != 0
            else { break }
            answer.take(tag: tag, value: value, strings: strings)
        }
        return answer
    }

    /// The string table that belongs to the dynamic symbols.
    private func dynamicStrings() -> [UInt8] {
        guard let symbols = self.sections.first(where: { $0.type == ELFConstant.sectionDynamicSymbols }) else {
            return []
        }
        return self.strings(of: symbols) ?? []
    }
}

extension DynamicSection {
    fileprivate mutating func take(tag: UInt64, value: UInt64, strings: [UInt8]) {
        func text() -> String? {
            Int(exactly: value).flatMap { strings.text(at: $0) }
        }
        switch tag {
        case 1:
            if let name = text() { self.needed.append(name) }
        case 14:
            self.name = text()
        case 15:
            // RPATH; RUNPATH, where it is there too, counts instead.
            self.searchPath = self.searchPath ?? text()
        case 29:
            self.searchPath = text()
        case 0x6FFF_FFFB:
            self.isExecutable = value & 0x0800_0000 != 0
        default:
            break
        }
    }
}
