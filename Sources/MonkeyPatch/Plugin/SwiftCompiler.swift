// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Versions as the plugin's version record has them: major * 10000 + minor * 100 + patch.
struct PackedVersion: Equatable, CustomStringConvertible {
    let number: UInt32

    init(_ number: UInt32) {
        self.number = number
    }

    var description: String {
        "\(self.number / 10000).\(self.number / 100 % 100).\(self.number % 100)"
    }
}

/// The compiler that made this process.
///
/// Swift code runs only with the runtime of the compiler that made it.
enum SwiftCompiler {
    // A compiler can be asked whether it is at least a version, but not which one it is.
    #if compiler(>=6.5)
    static let version = PackedVersion(60_500)
    #elseif compiler(>=6.4.2)
    static let version = PackedVersion(60_402)
    #elseif compiler(>=6.4.1)
    static let version = PackedVersion(60_401)
    #elseif compiler(>=6.4)
    static let version = PackedVersion(60_400)
    #elseif compiler(>=6.3.3)
    static let version = PackedVersion(60_303)
    #elseif compiler(>=6.3.2)
    static let version = PackedVersion(60_302)
    #elseif compiler(>=6.3.1)
    static let version = PackedVersion(60_301)
    #else
    static let version = PackedVersion(60_300)
    #endif
}

/// Facts about this process that its plugins must share.
public enum Runtime {
    /// The version of the Swift compiler that made this process, and so of its runtime: "6.3.1".
    public static let swiftVersion = SwiftCompiler.version.description
}
