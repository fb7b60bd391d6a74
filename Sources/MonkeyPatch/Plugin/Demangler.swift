// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Symbol names as the programmer wrote them.
enum Demangler {
    private typealias SwiftDemangle =
        @convention(c) (
            UnsafePointer<CChar>?, Int, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?, UInt32
        ) -> UnsafeMutablePointer<CChar>?
    private typealias CXXDemangle =
        @convention(c) (
            UnsafePointer<CChar>?, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?,
            UnsafeMutablePointer<Int32>?
        ) -> UnsafeMutablePointer<CChar>?

    /// The name in its language, with the symbol behind it; the symbol alone where it is no mangled name.
    static func readable(_ symbol: String) -> String {
        self.demangled(symbol).map { "\($0) (\(symbol))" } ?? symbol
    }

    /// The name in its language; null if the symbol is no mangled name.
    static func demangled(_ symbol: String) -> String? {
        if symbol.hasPrefix("$s") || symbol.hasPrefix("$S") || symbol.hasPrefix("_T0") { return Self.swift(symbol) }
        return symbol.hasPrefix("_Z") ? Self.cxx(symbol) : nil
    }

    // Both casts name the functions' own types, from the Swift runtime's and the C++ ABI's documentation. Each returns
    // memory from malloc that the caller frees.
    private static func swift(_ symbol: String) -> String? {
        guard let address = dlsym(nil, "swift_demangle") else { return nil }
        let function = unsafeBitCast(address, to: SwiftDemangle.self)
        // A name that it cannot read comes back as it is.
        return Self.take(function(symbol, symbol.utf8.count, nil, nil, 0)).flatMap { $0 == symbol ? nil : $0 }
    }

    private static func cxx(_ symbol: String) -> String? {
        guard let address = dlsym(nil, "__cxa_demangle") else { return nil }
        let function = unsafeBitCast(address, to: CXXDemangle.self)
        var status: Int32 = 0
        let text = Self.take(function(symbol, nil, nil, &status))
        return status == 0 ? text : nil
    }

    private static func take(_ text: UnsafeMutablePointer<CChar>?) -> String? {
        guard let text else { return nil }
        defer { free(text) }
        return String(cString: text)
    }
}
