// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import LibeventProviders
import MonkeyPatch

/// The patches, for people and for programs.
struct PatchListing {
    let patches: [Patch]
    let file: PluginFile?
    private let calls: CallListing?

    /// Of a plugin's libraries only the files are read.
    init(patches: [Patch], file: PluginFile?) {
        self.patches = patches
        self.file = file
        self.calls = file.map { CallListing(calls: PluginCalls(of: $0)) }
    }

    var table: String {
        let header = ["NAME", "REPLACES", "BY", "STATE", "NOTE"]
        let rows = self.patches.map { [$0.name.rawValue, $0.replaces, $0.by, self.state(of: $0), self.note(of: $0)] }
        let lines = self.facts + TextTable.lines([header] + rows) + self.tls
        let parts = lines + (self.calls?.lines ?? []) + self.limitations
        return parts.map { $0 + "\n" }.joined()
    }

    /// What the plugin's file says of itself.
    private var facts: [String] {
        guard let file = self.file else { return [] }
        let compiler = file.record.compiler.map { ", \($0)" } ?? ""
        return [
            "\(file.path): made with gtornado \(file.record.framework), "
                + "plugin ABI \(file.record.abiVersion)\(compiler)",
            "needs \(file.needed.isEmpty ? "no libraries" : file.needed.joined(separator: " "))", "",
        ]
    }

    /// By what the servers speak TLS here, or why they do not: the same for every plugin, and so not said of one.
    private var tls: [String] {
        guard self.file == nil else { return [] }
        switch TLSLibrary.version {
        case .failure(let missing): return ["", "TLS: unavailable; \(missing.reason)"]
        case .success(let version):
            let servers = HTTPServerChoice.allCases
            let able = servers.filter { $0.problemWithTLS == nil }.map { "--httpserver \($0.rawValue)" }
            let problems = servers.compactMap { server in server.problemWithTLS.map { "  - \($0)" } }
            return ["", "TLS: \(version), on \(able.joined(separator: " and "))"] + problems
        }
    }

    /// Those of the providers that can be chosen: the same for every plugin, and so not said of one.
    private var limitations: [String] {
        guard self.file == nil else { return [] }
        return self.patches.flatMap(\.choices).filter { !$0.limitations.isEmpty }.flatMap { choice in
            ["", "What --httpserver \(choice.name) cannot do:"] + choice.limitations.map { "  - \($0)" }
        }
    }

    private func state(of patch: Patch) -> String {
        switch (patch.state, self.file) {
        case (.unavailable, _): "unavailable"
        case (.available, .none): patch.name.isOptIn ? "if asked for" : "available"
        case (.available, let file?):
            !self.isNeeded(patch, by: file) ? "not needed" : patch.name.isOptIn ? "if asked for" : "would be applied"
        }
    }

    private func note(of patch: Patch) -> String {
        if case .unavailable(let why) = patch.state { return why }
        guard let file = self.file else { return patch.note }
        guard self.isNeeded(patch, by: file) else {
            let isAboutTasks = patch.name == .concurrency
            return isAboutTasks ? "the plugin is not written in Swift" : "no library makes any of its calls"
        }
        return self.calls?.count(of: patch.name) ?? patch.note
    }

    /// The providers of a plugin can always be exchanged; only Swift has executors to move, and only calls that are made
    /// can be rewritten.
    private func isNeeded(_ patch: Patch, by file: PluginFile) -> Bool {
        if patch.name == .concurrency { return file.record.compilerVersion != 0 }
        return patch.name.family == nil || self.calls?.count(of: patch.name) != nil
    }

    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("gtornado", .text(Versions.gtornado)),
            ("abi", .number(Int(Versions.abi))),
            ("swift", .text(Runtime.swiftVersion)),
            (
                "libevent",
                .object([
                    ("version", .text(LibeventLoop.version)),
                    ("methods", .list(LibeventLoop.availableMethods.map { .text($0) })),
                ])
            ),
            ("tls", Self.tls),
            ("patches", .list(self.patches.map(Self.json))),
        ]
        if let file = self.file { members.append(("plugin", self.json(of: file))) }
        return .object(members)
    }

    private static var tls: JSONValue {
        switch TLSLibrary.version {
        case .success(let version): .object([("library", .text(version)), ("why", .null)])
        case .failure(let missing): .object([("library", .null), ("why", .text(missing.reason))])
        }
    }

    private static func json(of patch: Patch) -> JSONValue {
        var why = JSONValue.null
        if case .unavailable(let reason) = patch.state { why = .text(reason) }
        return .object([
            ("name", .text(patch.name.rawValue)),
            ("replaces", .text(patch.replaces)),
            ("by", .text(patch.by)),
            ("state", .text(patch.state == .available ? "available" : "unavailable")),
            ("why", why),
            ("needs", patch.name.needed.map { .text($0.rawValue) } ?? .null),
            ("opt_in", .bool(patch.name.isOptIn)),
            ("note", .text(patch.note)),
            ("choices", .list(patch.choices.map(Self.json))),
        ])
    }

    private static func json(of choice: Patch.Choice) -> JSONValue {
        let problem = HTTPServerChoice(rawValue: choice.name)?.problemWithTLS
        return .object([
            ("name", .text(choice.name)),
            ("default", .bool(choice.isDefault)),
            ("tls", .object([("available", .bool(problem == nil)), ("why", problem.map { .text($0) } ?? .null)])),
            ("limitations", .list(choice.limitations.map { .text($0) })),
        ])
    }

    private func json(of file: PluginFile) -> JSONValue {
        let isApplied = { (patch: Patch) in
            patch.state == .available && !patch.name.isOptIn && self.isNeeded(patch, by: file)
        }
        return .object([
            ("path", .text(file.path)),
            ("abi", .number(Int(file.record.abiVersion))),
            ("framework", .text(file.record.framework)),
            ("compiler", file.record.compiler.map { .text($0) } ?? .null),
            ("needed", .list(file.needed.map { .text($0) })),
            ("applies", .list(self.patches.filter(isApplied).map { .text($0.name.rawValue) })),
            ("libraries", self.calls?.json ?? .list([])),
        ])
    }
}

/// Columns of text.
enum TextTable {
    /// A line a row; columns as wide as their widest cell, two spaces between, none behind.
    static func lines(_ rows: [[String]]) -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return cells.joined(separator: "  ")
        }
    }
}
