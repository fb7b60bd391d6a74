// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import Glibc
import MonkeyPatch

/// Where a user's own completions live.
enum CompletionFolder {
    /// The shell that the user works in, by $SHELL.
    static func currentShell() throws(MonkeyError) -> CompletionShell {
        let path = Self.variable("SHELL") ?? ""
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        if let shell = CompletionShell(rawValue: name) { return shell }
        throw MonkeyError(
            .usage,
            "cannot tell the shell",
            because: "$SHELL is '\(path)', and bash, zsh and fish have completions",
            try: "name it: gtornado completions install bash"
        )
    }

    /// The folder that the shell reads completions from.
    static func path(for shell: CompletionShell) throws(MonkeyError) -> String {
        switch shell {
        case .fish:
            return try Self.base("XDG_CONFIG_HOME", ".config") + "/fish/completions"
        case .zsh:
            return try Self.base("XDG_DATA_HOME", ".local/share") + "/zsh/site-functions"
        default:
            if let folder = Self.variable("BASH_COMPLETION_USER_DIR") { return folder + "/completions" }
            return try Self.base("XDG_DATA_HOME", ".local/share") + "/bash-completion/completions"
        }
    }

    /// The file's name in that folder; bash-completion looks for the command's own name first.
    static func fileName(for shell: CompletionShell) -> String {
        shell == .bash ? "gtornado" : CompletionScript.fileName(for: shell)
    }

    /// What a shell must be told once, where it does not look there by itself.
    static func advice(for shell: CompletionShell, folder: String) -> String {
        switch shell {
        case .zsh:
            "put this into ~/.zshrc, before compinit, unless it is there: fpath=(\(folder) $fpath)"
        case .fish:
            "it works in every new fish"
        default:
            "it works in every new bash that has the package bash-completion; without it, put this into ~/.bashrc: "
                + "source \(folder)/gtornado"
        }
    }

    /// Puts a file into a folder, which is made where it does not exist; readers see the old file or the new.
    static func write(_ text: String, to folder: String, name: String) throws(MonkeyError) {
        try Self.makeFolder(folder)
        let path = folder + "/" + name
        let temporary = path + ".\(getpid())"
        guard let file = fopen(temporary, "we") else { throw Self.failure("cannot write \(path)") }
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten, rename(temporary, path) == 0 else {
            let error = Self.failure("cannot write \(path)")
            unlink(temporary)
            throw error
        }
    }

    private static func makeFolder(_ folder: String) throws(MonkeyError) {
        var path = ""
        for part in folder.split(separator: "/") {
            path += (path.isEmpty && !folder.hasPrefix("/") ? "" : "/") + part
            guard mkdir(path, 0o755) != 0, errno != EEXIST, access(path, F_OK) != 0 else { continue }
            throw Self.failure("cannot make the folder \(path)")
        }
    }

    private static func failure(_ message: String) -> MonkeyError {
        MonkeyError(
            .system,
            message,
            because: String(cString: strerror(errno)),
            try: "gtornado completions install --print, and put it where the shell looks"
        )
    }

    private static func base(_ name: String, _ fallback: String) throws(MonkeyError) -> String {
        if let value = Self.variable(name), value.hasPrefix("/") { return value }
        if let home = Self.variable("HOME"), home.hasPrefix("/") { return home + "/" + fallback }
        throw MonkeyError(
            .usage,
            "cannot find the folder for completions",
            because: "neither $HOME nor $\(name) is set",
            try: "gtornado completions install --print"
        )
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
