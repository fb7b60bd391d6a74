// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import FoundationEssentials

/// What the parser knows of a command: the part of its help dump that man pages are made of.
struct ToolDump: Decodable {
    struct Command: Decodable {
        var commandName: String
        var abstract: String?
        var subcommands: [Command]?
        var arguments: [Argument]?
        var shouldDisplay: Bool?
    }

    struct Argument: Decodable, Equatable {
        struct Name: Decodable, Equatable {
            var kind: String
            var name: String

            /// As it is typed.
            var flag: String {
                self.kind == "short" ? "-" + self.name : "--" + self.name
            }
        }

        var kind: String
        var shouldDisplay: Bool
        var sectionTitle: String?
        var isOptional: Bool
        var isRepeating: Bool
        var parsingStrategy: String
        var names: [Name]?
        var valueName: String?
        var allValues: [String]?
        var abstract: String?
    }

    var command: Command

    /// The root command, with everything below it.
    static func read() throws -> Command {
        try JSONDecoder().decode(ToolDump.self, from: Data(GTornado._dumpHelp().utf8)).command
    }
}

extension ToolDump.Command {
    /// The subcommands that help shows, without help itself.
    var shown: [ToolDump.Command] {
        (self.subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
    }

    /// The arguments that help shows.
    var shownArguments: [ToolDump.Argument] {
        (self.arguments ?? []).filter(\.shouldDisplay)
    }
}

extension ToolDump.Argument {
    /// The help text without the notes that `Setting` adds.
    var sentence: String {
        let text = self.abstract ?? ""
        return String(text.splitBefore(" [env: ").splitBefore(" [default: "))
    }

    /// The variable that the option can come from.
    var variable: String? {
        self.note("[env: ")
    }

    /// What counts if nothing is said.
    var fallback: String? {
        self.note("[default: ")
    }

    private func note(_ opening: String) -> String? {
        guard let abstract = self.abstract, let start = abstract.ranges(of: opening).first else { return nil }
        return String(abstract[start.upperBound...].prefix { $0 != "]" })
    }
}

extension String {
    fileprivate func splitBefore(_ marker: String) -> String {
        self.ranges(of: marker).first.map { String(self[..<$0.lowerBound]) } ?? self
    }
}
