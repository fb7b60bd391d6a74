// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension ELFFile {
    /// Which of a file's two symbol tables.
    enum SymbolTable {
        /// What other files can see; always there in a library.
        case dynamic
        /// Everything; gone in a stripped file.
        case full

        fileprivate var sectionType: UInt32 {
            self == .dynamic ? ELFConstant.sectionDynamicSymbols : ELFConstant.sectionSymbols
        }
    }

    /// Whether the file defines a global symbol of that name for others to see.
    func exports(_ name: String) -> Bool {
        let wanted = Array(name.utf8) + [0]
        var isFound = false
        self.forEachDefinition(in: .dynamic) { strings, offset in
            isFound = strings.count - offset >= wanted.count && strings[offset..<offset + wanted.count] == wanted[...]
            return !isFound
        }
        return isFound
    }

    /// The names of the functions and data that the file defines, those that `isWanted`.
    func definitions(in table: SymbolTable, where isWanted: (String) -> Bool) -> [String] {
        var names: [String] = []
        self.forEachDefinition(in: table) { strings, offset in
            if let name = strings.text(at: offset), isWanted(name) { names.append(name) }
            return true
        }
        return names
    }

    /// The section that a symbol table is in; null if the file has none.
    func section(of table: SymbolTable) -> Section? {
        self.sections.first { $0.type == table.sectionType }
    }

    /// The string table that a symbol table names its symbols with.
    func strings(of symbols: Section) -> [UInt8]? {
        guard let index = Int(exactly: symbols.link), index < self.sections.count else { return nil }
        return self.contents(of: self.sections[index])
    }

    /// Calls `visit` with the string table and the offset of a name in it, which is valid, until it returns false.
    private func forEachDefinition(in table: SymbolTable, _ visit: ([UInt8], Int) -> Bool) {
        guard let section = self.section(of: table),
            let symbols = self.contents(of: section), let strings = self.strings(of: section)
        else { return }
        for start in stride(from: 0, to: symbols.count, by: ELFConstant.symbolSize) {
            guard let name = symbols.number(at: start, as: UInt32.self),
                let sectionIndex = symbols.number(at: start + 6, as: UInt16.self)
            else { return }
            guard sectionIndex != 0, name != 0, Int(name) < strings.count else { continue }
            if table == .dynamic, !Self.isGlobal(symbols[start + 4]) { continue }
            guard visit(strings, Int(name)) else { return }
        }
    }

    private static func isGlobal(_ info: UInt8) -> Bool {
        info >> 4 == 1 || info >> 4 == 2
    }
}
