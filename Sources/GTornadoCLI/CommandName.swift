// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// The first word of a command line.
enum CommandName {
    /// Refuses a word that is no command, in clearer words than the parser's, which takes it for an argument.
    static func check(_ word: String?) throws(MonkeyError) {
        let names = GTornado.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard let word, !word.hasPrefix("-"), !names.contains(word) else { return }
        let isPath = word.contains("/") || word.hasSuffix(".so") || word.contains(".so.")
        let shown = names.filter { $0 != GenerateCommand.configuration.commandName }
        let near = Suggestion.near(word, in: shown).first
        throw MonkeyError(
            .usage,
            "unknown command '\(word)'",
            because: "the commands are \(shown.joined(separator: ", "))",
            try: isPath ? "gtornado run \(word)" : near.map { "did you mean \($0)?" } ?? "gtornado --help"
        )
    }
}
