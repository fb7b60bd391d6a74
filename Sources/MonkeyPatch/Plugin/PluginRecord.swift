// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The version record of a plugin: what can be read from the file without running it.
public struct PluginRecord: Sendable, Equatable {
    /// The version of the plugin ABI that the plugin speaks.
    public let abiVersion: UInt32
    /// The version of gtornado that the plugin was made with, as major * 10000 + minor * 100 + patch.
    public let frameworkVersion: UInt32
    /// The version of the Swift compiler in the same form; 0 for other languages.
    public let compilerVersion: UInt32

    /// The version of gtornado that the plugin was made with: "0.1.0".
    public var framework: String {
        PackedVersion(self.frameworkVersion).description
    }

    /// The compiler that made the plugin: "Swift 6.3.1"; null for other languages.
    public var compiler: String? {
        self.compilerVersion == 0 ? nil : "Swift \(PackedVersion(self.compilerVersion))"
    }

    static let sectionName = "gtornado_app"

    /// The record in a section's bytes; null if it is none.
    init?(_ bytes: [UInt8]) {
        guard bytes.number(at: 0, as: UInt32.self) == GTORNADO_MAGIC,
            let abi = bytes.number(at: 4, as: UInt32.self),
            let framework = bytes.number(at: 8, as: UInt32.self),
            let compiler = bytes.number(at: 12, as: UInt32.self)
        else { return nil }
        self.abiVersion = abi
        self.frameworkVersion = framework
        self.compilerVersion = compiler
    }
}
