// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit
import Glibc

/// Addresses of this process to names: by what the dynamic linker knows, then by the files' own symbol tables, which
/// have the functions that other libraries cannot see.
///
/// It keeps what it has read; each thread has its own.
struct Symbolizer {
    private var tables: [String: FunctionTable] = [:]

    /// The frames of addresses that are innermost first, as a backtrace has them.
    ///
    /// - Parameters:
    ///   - addresses: Where the innermost function is, then return addresses.
    ///   - isExact: Whether the first is where it goes on; if not, it is a return address too.
    /// - Returns: As many frames.
    mutating func frames(_ addresses: [UInt], isExact: Bool) -> [StackFrame] {
        addresses.enumerated().map { index, address in
            // Return addresses are behind the call, which may be the function's last instruction.
            self.frame(index == 0 && isExact ? address : address &- 1)
        }
    }

    private mutating func frame(_ address: UInt) -> StackFrame {
        var known = gt_symbol()
        guard gt_symbol_at(UnsafeRawPointer(bitPattern: address), &known) != 0, let file = known.file else {
            return StackFrame(function: nil, library: nil, offset: address)
        }
        let library = String(cString: file)
        let offset = address - UInt(bitPattern: known.base)
        let symbol = known.name.map { String(cString: $0) } ?? self.table(of: library).name(at: UInt64(offset))
        let function = symbol.map { Demangler.demangled($0) ?? $0 }
        return StackFrame(function: function, library: library, offset: offset)
    }

    private mutating func table(of library: String) -> FunctionTable {
        if let table = self.tables[library] { return table }
        // The program's own name may be relative to a folder that it has left.
        let path = library.contains("/") && access(library, R_OK) == 0 ? library : "/proc/self/exe"
        let table = FunctionTable(path: path)
        self.tables[library] = table
        return table
    }
}

/// The functions of one ELF file, by where they are.
struct FunctionTable {
    private let functions: [ELFFile.Function]
    private let strings: [UInt8]

    /// The full symbol table of a file; empty if it has none, or is no such file.
    init(path: String) {
        guard let bytes = FileBytes(path: path), let file = try? ELFFile(bytes),
            let (functions, strings) = file.functions(in: .full)
        else {
            (self.functions, self.strings) = ([], [])
            return
        }
        self.functions = functions.sorted { $0.start < $1.start }
        self.strings = strings
    }

    /// The function whose code is at `offset`.
    func name(at offset: UInt64) -> String? {
        var (low, high) = (0, self.functions.count)
        while low < high {
            let middle = (low + high) / 2
            if self.functions[middle].start <= offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let function = self.functions[low - 1]
        guard offset - function.start < function.size else { return nil }
        return self.strings.text(at: function.name)
    }
}
