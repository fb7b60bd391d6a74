// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser

/// The completion scripts, which come from the same definition of the flags as parsing and help do.
enum CompletionScript {
    /// The script for a shell, ending in a newline.
    static func text(for shell: CompletionShell) -> String {
        let script = GTornado.completionScript(for: shell)
        let text = shell == .fish ? Self.withPluginFiles(script) : script
        return text.hasSuffix("\n") ? text : text + "\n"
    }

    /// The file of a shell's script, as packages name it.
    static func fileName(for shell: CompletionShell) -> String {
        switch shell {
        case .zsh: "_gtornado"
        case .fish: "gtornado.fish"
        default: "gtornado.bash"
        }
    }

    /// In fish, the parser's own completion of files by extension takes no pattern and sees only the working
    /// directory; a function in its place offers plugins and directories wherever the typed path leads.
    private static func withPluginFiles(_ script: String) -> String {
        let lines = script.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let start = Self.range(of: "-fa '(set -l exts ", in: line) else { return String(line) }
            return line[..<start] + "-fa '(__gtornado_plugins)'"
        }
        return (Self.pluginFunction + lines).joined(separator: "\n")
    }

    private static let pluginFunction = [
        "function __gtornado_plugins",
        "    set -l token (commandline -t)",
        "    for file in $token*.so $token*.so.*",
        "        printf '%s\\n' $file",
        "    end",
        "    __fish_complete_directories $token ''",
        "end",
        "",
    ]

    private static func range(of text: String, in line: Substring) -> Substring.Index? {
        line.indices.first { line[$0...].hasPrefix(text) }
    }
}
