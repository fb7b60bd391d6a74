// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// `gtornado generate`: writes the files that packages install.
///
/// Hidden: for `make docs`, and for packagers.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write man pages and completion scripts.",
        shouldDisplay: false
    )

    @Argument(help: "The folder that gets man/ and completions/.", completion: .directory)
    var folder: String

    mutating func run() throws {
        for page in try ManPages.all() {
            try CompletionFolder.write(page.text, to: self.folder + "/man", name: page.fileName)
        }
        for shell in ShellName.allCases {
            try CompletionFolder.write(
                CompletionScript.text(for: shell.shell),
                to: self.folder + "/completions",
                name: CompletionScript.fileName(for: shell.shell)
            )
        }
    }
}
