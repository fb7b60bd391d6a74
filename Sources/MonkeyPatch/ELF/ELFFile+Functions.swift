// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

extension ELFFile {
    /// A function's code, and where its name is in the string table.
    struct Function {
        var start: UInt64
        var size: UInt64
        var name: Int
    }

    /// The functions that a symbol table has, and the strings with their names; null if the file has no such table.
    func functions(in table: SymbolTable) -> (functions: [Function], strings: [UInt8])? {
        guard let section = self.section(of: table), let symbols = self.contents(of: section),
            let strings = self.strings(of: section)
        else { return nil }
        var functions: [Function] = []
        for place in stride(from: 0, to: symbols.count, by: ELFConstant.symbolSize) {
            guard let name = symbols.number(at: place, as: UInt32.self),
                let start = symbols.number(at: place + 8, as: UInt64.self),
                let size = symbols.number(at: place + 16, as: UInt64.self)
            else { break }
            // The low four bits are the type: 2 is a function.
            guard symbols[place + 4] & 0xF == 2, start != 0, size != 0 else { continue }
            functions.append(Function(start: start, size: size, name: Int(name)))
        }
        return (functions, strings)
    }
}

extension FileBytes {
    /// A file's bytes; null if it is not there, or not regular.
    init?(path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        self.init(descriptor: descriptor, count: Int(status.st_size))
    }
}
