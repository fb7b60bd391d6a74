// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

/// A plugin as a file: everything that can be known, and refused, without loading it.
///
/// ```swift
/// let file = try PluginFile.inspect("./libapp.so")
/// print(file.record.framework)
/// ```
public struct PluginFile: Sendable {
    /// The path as it was given.
    public let path: String
    /// The same from the root, so that it stays valid and no search path matters.
    public let absolutePath: String
    /// The versions that the plugin was made with.
    public let record: PluginRecord
    /// The libraries that it needs, in order.
    public let needed: [String]
    /// Where it looks for them first, as written in it; null where nowhere.
    public let searchPath: String?

    /// The one function that a plugin exports.
    static let entryName = "gtornado_plugin_v1"

    /// Makes every check that needs no loading.
    ///
    /// - Parameters:
    ///   - path: A path; one without a slash is in the working directory.
    ///   - passed: Told of each check that was passed, with what it found.
    /// - Returns: What is known of the plugin.
    /// - Throws: The first thing that is wrong.
    public static func inspect(
        _ path: String,
        passed: (PluginCheck) -> Void = { _ in }
    ) throws(MonkeyError) -> PluginFile {
        let bytes = try PluginPath.open(path)
        let (elf, dynamic) = try PluginFormat.check(bytes, path: path)
        passed(PluginCheck("library", "for \(elf.machine), \(bytes.count) bytes"))
        try PluginEntry.check(elf, path: path)
        passed(PluginCheck("entry", "exports \(Self.entryName)()"))
        let record = try PluginVersions.record(of: elf, path: path)
        let compiler = record.compiler.map { ", compiled by \($0)" } ?? ""
        passed(PluginCheck("record", "made with gtornado \(record.framework)\(compiler)"))
        try PluginVersions.check(record, path: path)
        passed(PluginCheck("versions", "plugin ABI \(record.abiVersion), which this gtornado speaks"))
        return PluginFile(
            path: path,
            absolutePath: PluginPath.absolute(path),
            record: record,
            needed: dynamic.needed,
            searchPath: dynamic.searchPath
        )
    }
}

/// One check that a plugin has passed.
public struct PluginCheck: Sendable {
    /// What was checked, in a word: "library", "entry", "record", "versions", "load", "handshake", a slot's name.
    public let name: String
    /// What was found.
    public let finding: String

    init(_ name: String, _ finding: String) {
        self.name = name
        self.finding = finding
    }
}
