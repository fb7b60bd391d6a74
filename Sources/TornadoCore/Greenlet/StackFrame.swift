// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit
import Glibc

/// A return address as a function's name.
enum StackFrame {
    private typealias Demangle =
        @convention(c) (
            UnsafePointer<CChar>?, Int, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?, UInt32
        ) -> UnsafeMutablePointer<CChar>?

    /// The function and the file that an address lies in, as far as the dynamic linker knows.
    static func text(_ address: UnsafeMutableRawPointer) -> String {
        var symbol = gt_symbol()
        // One back: the address after a call that never returns may belong to the next function.
        guard gt_symbol_at(address - 1, &symbol) != 0, let file = symbol.file else { return "\(address)" }
        let path = String(cString: file)
        let module = path.split(separator: "/").last.map(String.init) ?? path
        guard let name = symbol.name, let start = symbol.start else {
            return "\(module) + \(Self.distance(address, symbol.base))"
        }
        return "\(Self.readable(String(cString: name))) + \(Self.distance(address, start)) (\(module))"
    }

    private static func distance(_ address: UnsafeRawPointer, _ start: UnsafeRawPointer?) -> Int {
        start.map { address - $0 } ?? 0
    }

    private static func readable(_ symbol: String) -> String {
        guard symbol.hasPrefix("$s"), let function = dlsym(nil, "swift_demangle") else { return symbol }
        // The runtime documents this type; what it returns is from malloc, and the caller's.
        let demangle = unsafeBitCast(function, to: Demangle.self)
        guard let text = demangle(symbol, symbol.utf8.count, nil, nil, 0) else { return symbol }
        defer { free(text) }
        return String(cString: text)
    }
}
