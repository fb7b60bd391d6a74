// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import LibeventProviders
import MonkeyPatch

/// The patches, for people and for programs.
struct PatchListing {
    let patches: [Patch]
    let file: PluginFile?

    var table: String {
        let header = ["NAME", "REPLACES", "BY", "STATE", "NOTE"]
        let rows = self.patches.map { [$0.name.rawValue, $0.replaces, $0.by, self.state(of: $0), self.note(of: $0)] }
        return (self.facts + TextTable.lines([header] + rows) + self.limitations).map { $0 + "\n" }.joined()
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

    private var limitations: [String] {
        self.patches.flatMap(\.choices).filter { !$0.limitations.isEmpty }.flatMap { choice in
            ["", "What --httpserver \(choice.name) cannot do:"] + choice.limitations.map { "  - \($0)" }
        }
    }

    private func state(of patch: Patch) -> String {
        switch (patch.state, self.file) {
        case (.unavailable, _): "unavailable"
        case (.available, .none): "available"
        case (.available, let file?): Self.wouldApply(patch, to: file) ? "would be applied" : "not needed"
        }
    }

    private func note(of patch: Patch) -> String {
        if case .unavailable(let why) = patch.state { return why }
        if let file = self.file, !Self.wouldApply(patch, to: file) { return "the plugin is not written in Swift" }
        return patch.note
    }

    /// The providers of a plugin can always be exchanged; only Swift has executors to move.
    private static func wouldApply(_ patch: Patch, to file: PluginFile) -> Bool {
        patch.state == .available && (patch.name != .concurrency || file.record.compilerVersion != 0)
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
            ("patches", .list(self.patches.map(Self.json))),
        ]
        if let file = self.file { members.append(("plugin", self.json(of: file))) }
        return .object(members)
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
            ("note", .text(patch.note)),
            ("choices", .list(patch.choices.map(Self.json))),
        ])
    }

    private static func json(of choice: Patch.Choice) -> JSONValue {
        .object([
            ("name", .text(choice.name)),
            ("default", .bool(choice.isDefault)),
            ("limitations", .list(choice.limitations.map { .text($0) })),
        ])
    }

    private func json(of file: PluginFile) -> JSONValue {
        .object([
            ("path", .text(file.path)),
            ("abi", .number(Int(file.record.abiVersion))),
            ("framework", .text(file.record.framework)),
            ("compiler", file.record.compiler.map { .text($0) } ?? .null),
            ("needed", .list(file.needed.map { .text($0) })),
            ("applies", .list(self.patches.filter { Self.wouldApply($0, to: file) }.map { .text($0.name.rawValue) })),
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
