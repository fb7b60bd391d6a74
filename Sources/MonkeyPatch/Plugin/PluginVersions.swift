// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Decides whether a plugin was made for this runner.
enum PluginVersions {
    static func record(of elf: ELFFile, path: String) throws(MonkeyError) -> PluginRecord {
        guard let section = elf.section(named: PluginRecord.sectionName) else {
            throw MonkeyError(
                .notAPlugin,
                "no version record in \(path)",
                because:
                    "the library has no section `\(PluginRecord.sectionName)`, so nobody can say what it was made for",
                try: "in C, write GTORNADO_RECORD(); at file level, once",
                "if something removed it (objcopy, strip --remove-section), keep that section"
            )
        }
        guard let bytes = elf.contents(of: section), let record = PluginRecord(bytes) else {
            throw MonkeyError(
                .notAPlugin,
                "no version record in \(path)",
                because: "the section `\(PluginRecord.sectionName)` holds something else",
                try: "in C, write GTORNADO_RECORD(); at file level, and put nothing else into that section"
            )
        }
        return record
    }

    static func check(_ record: PluginRecord, path: String) throws(MonkeyError) {
        let ours = UInt32(GTORNADO_ABI_VERSION)
        guard record.abiVersion == ours else {
            let older = record.abiVersion < ours
            throw MonkeyError(
                .mismatch,
                "cannot run \(path)",
                because:
                    "it speaks plugin ABI \(record.abiVersion), and gtornado \(GTORNADO_VERSION_STRING) speaks \(ours)",
                try: older
                    ? "build it with gtornado \(GTORNADO_VERSION_STRING)"
                    : "run it with gtornado \(record.framework) or later"
            )
        }
        let compiler = PackedVersion(record.compilerVersion)
        guard record.compilerVersion == 0 || compiler == SwiftCompiler.version else {
            throw MonkeyError(
                .mismatch,
                "cannot run \(path)",
                because: "it was compiled by Swift \(compiler), and this gtornado by Swift \(SwiftCompiler.version): "
                    + "on Linux, Swift code runs only with the runtime of its own compiler",
                try: "build both with the same toolchain (swift --version says which one is in use)"
            )
        }
    }
}
