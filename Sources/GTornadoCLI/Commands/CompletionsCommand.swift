// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// `gtornado completions`: shell completions.
struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Install shell completions.",
        subcommands: [InstallCompletionsCommand.self]
    )
}

/// `gtornado completions install`: puts the script where the shell finds it.
struct InstallCompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Install the completions for a shell, for this user.",
        discussion: """
            They complete commands, flags and their values, patch names, and plugin files by their names; no plugin \
            is opened for it.
            """
    )

    @Flag(name: .customLong("print"), help: "Print the script, and install nothing.")
    var print = false

    @Argument(help: "bash, zsh or fish; $SHELL, if none is named.", completion: .list(["bash", "zsh", "fish"]))
    var shell: ShellName?

    mutating func run() throws {
        let shell = try self.shell?.shell ?? CompletionFolder.currentShell()
        let script = CompletionScript.text(for: shell)
        guard !self.print else { return Console.answer(script) }
        let folder = try CompletionFolder.path(for: shell)
        let name = CompletionFolder.fileName(for: shell)
        try CompletionFolder.write(script, to: folder, name: name)
        Console.answer("installed \(folder)/\(name)\n")
        Console.note(CompletionFolder.advice(for: shell, folder: folder))
    }
}

/// The shells that have completions.
enum ShellName: String, CaseIterable, ExpressibleByArgument {
    case bash
    case zsh
    case fish

    var shell: CompletionShell {
        switch self {
        case .bash: .bash
        case .zsh: .zsh
        case .fish: .fish
        }
    }
}
