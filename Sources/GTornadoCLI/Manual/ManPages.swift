// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The manual pages: what the parser knows of each command, in a frame written by hand.
enum ManPages {
    struct Page {
        var fileName: String
        var text: String
    }

    /// The day that this version's pages were written, so that the same sources make the same pages.
    static let date = "November 21, 2026"

    /// One page for gtornado, and one for each of its commands.
    static func all() throws -> [Page] {
        let root = try ToolDump.read()
        return try [ManFrame.gtornado, .run, .patch, .check, .completions].map { frame in
            let command = frame.command.isEmpty ? root : root.shown.first { $0.commandName == frame.command }
            guard let command else { throw MissingCommand(name: frame.command) }
            return Page(fileName: frame.pageName + ".1", text: self.text(frame, command, root))
        }
    }

    /// A frame for a command that there is not.
    struct MissingCommand: Error {
        var name: String
    }

    private static func text(_ frame: ManFrame, _ command: ToolDump.Command, _ root: ToolDump.Command) -> String {
        var lines = [
            ".\\\" Made by `make docs`, from the definition of the flags. Do not edit.",
            ".\\\" Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.",
            ".\\\" SPDX-License-Identifier: MIT",
            ".Dd \(self.date)",
            ".Dt \(frame.pageName.uppercased()) 1",
            ".Os gtornado \(GTORNADO_VERSION_STRING)",
            ".Sh NAME",
            ".Nm \(Mdoc.text(frame.pageName))",
            ".Nd \(Mdoc.text(frame.summary))",
            ".Sh SYNOPSIS",
        ]
        lines += frame.synopsis
        lines += [".Sh DESCRIPTION"] + frame.description
        lines += self.commands(frame.command.isEmpty ? root : nil)
        lines += self.options(command) + self.environment(command, frame)
        lines += [".Sh FILES"] + frame.files + [".Sh SIGNALS"] + frame.signals
        lines += [".Sh EXIT STATUS"] + ExitStatuses.mdoc(frame.statuses)
        lines += [".Sh EXAMPLES"] + frame.examples.flatMap(\.mdoc)
        lines += [".Sh SEE ALSO"] + self.references(of: frame)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func commands(_ root: ToolDump.Command?) -> [String] {
        guard let root else { return [] }
        let items = root.shown.flatMap { command in
            [".It Cm \(Mdoc.argument(command.commandName))"] + Mdoc.prose(command.abstract ?? "")
                + ["See", ".Xr gtornado\\-\(command.commandName) 1 ."]
        }
        return [".Pp", "The commands are:", ".Bl -tag -width Ds"] + items + [".El"]
    }

    private static func options(_ command: ToolDump.Command) -> [String] {
        let arguments = self.arguments(of: command)
        var titles: [String] = []
        for argument in arguments where !titles.contains(argument.group) {
            titles.append(argument.group)
        }
        // "Options" is what belongs to no group, with help and version, and comes last.
        titles.sort { $0 == "Arguments" && $1 != "Arguments" || $1 == "Options" && $0 != "Options" }
        return [".Sh OPTIONS"]
            + titles.flatMap { title in
                [".Ss \(title)", ".Bl -tag -width Ds"] + arguments.filter { $0.group == title }.flatMap(\.mdoc) + [
                    ".El"
                ]
            }
    }

    /// A command's own arguments.
    ///
    /// A command that only holds others, such as `completions`, is described with them.
    private static func arguments(of command: ToolDump.Command) -> [ToolDump.Argument] {
        let isGroup = command.commandName != "gtornado"
        let all = (isGroup ? [command] + command.shown : [command]).flatMap(\.shownArguments)
        return all.reduce(into: []) { merged, argument in
            if let last = merged.last, last.isOpposite(of: argument) {
                merged[merged.count - 1].names = (last.names ?? []) + (argument.names ?? [])
            } else if !merged.contains(argument) {
                merged.append(argument)
            }
        }
    }

    private static func environment(_ command: ToolDump.Command, _ frame: ManFrame) -> [String] {
        let items = self.arguments(of: command).flatMap(\.variableItem)
        let rule = items.isEmpty ? [] : ["A flag counts before a variable, which counts before the default.", ".Pp"]
        let all = items + frame.environment
        return [".Sh ENVIRONMENT"] + rule + [".Bl -tag -width Ds"] + all + [".El"]
    }

    private static func references(of frame: ManFrame) -> [String] {
        let pages = ["gtornado", "gtornado-check", "gtornado-completions", "gtornado-patch", "gtornado-run"]
        let others = pages.filter { $0 != frame.pageName }
        return others.enumerated().map { index, page in
            ".Xr \(Mdoc.text(page)) 1" + (index == others.count - 1 ? "" : " ,")
        }
    }
}

extension ToolDump.Argument {
    /// The title that it is listed under.
    var group: String {
        self.sectionTitle ?? (self.kind == "positional" ? "Arguments" : "Options")
    }

    /// Its entry in a list of options.
    var mdoc: [String] {
        var lines = [".It " + self.heading]
        lines += Mdoc.prose(
            self.names?.contains { $0.name == "version" } == true ? "Show the versions." : self.sentence
        )
        if let values = self.allValues, !values.isEmpty {
            lines.append("One of " + values.map(Mdoc.text).joined(separator: ", ") + ".")
        }
        if let fallback = self.fallback { lines.append("The default is \(Mdoc.text(fallback)).") }
        if let variable = self.variable { lines += ["The variable is", ".Ev \(variable) ."] }
        return lines
    }

    /// Its entry in a list of variables; empty if it can come from none.
    var variableItem: [String] {
        guard let variable = self.variable, let name = self.names?.first(where: { $0.kind == "long" }) else {
            return []
        }
        let flag = self.kind == "flag" ? self.names?.first ?? name : name
        let how =
            self.kind == "flag" ? "as 1 or 0." : self.isRepeating ? "with commas between." : "where that is not given."
        return [".It Ev \(variable)", "The same as", ".Fl \(Mdoc.text("-" + flag.name)) ,", how]
    }

    /// Whether this is `--x` and the other `--no-x`, which are one definition.
    func isOpposite(of other: ToolDump.Argument) -> Bool {
        self.kind == "flag" && other.kind == "flag" && self.abstract == other.abstract && self.variable != nil
            && other.names?.first?.name == "no-" + (self.names?.first?.name ?? "")
    }

    private var heading: String {
        guard let names = self.names, !names.isEmpty else {
            return "Ar \(Mdoc.argument(self.valueName ?? "argument"))" + (self.isRepeating ? " ..." : "")
        }
        let flags = names.map { "Fl \(Mdoc.text($0.kind == "short" ? $0.name : "-" + $0.name))" }
        let value = self.kind == "option" ? " Ar \(Mdoc.argument(self.valueName ?? "value"))" : ""
        return flags.map { $0 + value }.joined(separator: " , ")
    }
}
