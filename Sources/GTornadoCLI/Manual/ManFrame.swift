// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// The part of a manual page that is written by hand, in mdoc.
struct ManFrame {
    struct Example {
        var purpose: String
        var command: String

        var mdoc: [String] {
            [Mdoc.text(self.purpose) + ":", ".Pp", ".Dl \(Mdoc.text(self.command))", ".Pp"]
        }
    }

    /// The subcommand; empty for gtornado itself.
    var command: String
    var summary: String
    var synopsis: [String]
    var description: [String]
    var environment: [String]
    var files: [String]
    var signals: [String] = ["None is handled: each does what it always does."]
    var statuses: [Int32]
    var examples: [Example]

    var pageName: String {
        self.command.isEmpty ? "gtornado" : "gtornado-" + self.command
    }
}

extension ManFrame {
    static let gtornado = ManFrame(
        command: "",
        summary: "run a compiled app plugin on libevent",
        synopsis: [
            ".Nm gtornado", ".Cm run", ".Op options", ".Ar plugin", ".Op Fl \\- Ar app\\-argument ...",
            ".Nm gtornado", ".Cm patch", ".Op Fl \\-list", ".Op Fl \\-json", ".Op Ar plugin",
            ".Nm gtornado", ".Cm check", ".Ar plugin",
            ".Nm gtornado", ".Cm completions install", ".Op Fl \\-print", ".Op Ar shell",
            ".Nm gtornado", ".Fl \\-version",
        ],
        description: [
            "A plugin is a shared library, written in Swift with Tornado, or in C or any language that can speak",
            ".In gtornado.h .",
            "It brings an app, an event loop and an HTTP server.",
            ".Nm",
            "loads it, puts libevent's event loop and HTTP server in the place of the app's own, and runs the app.",
        ],
        environment: [
            ".It Ev GTORNADO_*", "Every option of", ".Xr gtornado\\-run 1",
            "can come from a variable, which is named there.",
        ],
        files: [
            ".Bl -tag -width Ds",
            ".It Pa lib*.so", "A plugin, as",
            ".Cm swift build", "makes it from a product that is a dynamic library.", ".El",
        ],
        signals: ["See", ".Xr gtornado\\-run 1 ."],
        statuses: ExitStatuses.all.map(\.status),
        examples: [
            Example(purpose: "Run an app", command: "gtornado run ./libhello.so"),
            Example(purpose: "See what can be patched here", command: "gtornado patch --list"),
            Example(purpose: "Find out whether a plugin would run", command: "gtornado check ./libhello.so"),
        ]
    )

    static let patch = ManFrame(
        command: "patch",
        summary: "list what gtornado can patch",
        synopsis: [".Nm gtornado patch", ".Op Fl \\-list", ".Op Fl \\-json", ".Op Ar plugin"],
        description: [
            "Lists every patch: its name, what it replaces, by what, and whether it works on this machine.",
            "What",
            ".Cm evhttp ,",
            "libevent's own HTTP server, cannot do is listed below the table, and by what TLS is spoken.",
            ".Pp",
            "With a",
            ".Ar plugin ,",
            "the list also says what the plugin was made with, which libraries it needs, and which patches would be",
            "applied to it.",
            "The file is read, and never loaded.",
            ".Pp",
            "With",
            ".Fl \\-json ,",
            "the same is one object with the members",
            ".Li gtornado , abi , swift , libevent , tls , patches",
            "and, where a plugin was named,",
            ".Li plugin .",
        ],
        environment: [".It Ev GTORNADO_*", "Not looked at: they belong to", ".Xr gtornado\\-run 1 ."],
        files: [".Bl -tag -width Ds", ".It Pa lib*.so", "A plugin, which is read, and not loaded.", ".El"],
        statuses: [64, 65, 66, 78],
        examples: [
            Example(purpose: "What can be patched here", command: "gtornado patch --list"),
            Example(
                purpose: "The same of a plugin, for a program",
                command: "gtornado patch --list --json ./libhello.so"
            ),
        ]
    )

    static let check = ManFrame(
        command: "check",
        summary: "check a plugin without running it",
        synopsis: [".Nm gtornado check", ".Ar plugin"],
        description: [
            "Makes every check that",
            ".Xr gtornado\\-run 1",
            "makes, and prints a line for each: the file is a library for this CPU, it exports a plugin's entry, its",
            "version record fits, every library and symbol that it needs is there, and its providers are known.",
            "Loading the file runs the initialisers of its libraries; the app's main is not called.",
        ],
        environment: [
            ".It Ev LD_LIBRARY_PATH", "Where libraries that a plugin needs are looked for; see", ".Xr ld.so 8 .",
        ],
        files: [".Bl -tag -width Ds", ".It Pa lib*.so", "A plugin, which is loaded, and not run.", ".El"],
        statuses: [64, 65, 66, 69, 71, 78],
        examples: [Example(purpose: "Check a plugin before it is deployed", command: "gtornado check ./libhello.so")]
    )

    static let completions = ManFrame(
        command: "completions",
        summary: "install shell completions for gtornado",
        synopsis: [".Nm gtornado completions install", ".Op Fl \\-print", ".Op Ar shell"],
        description: [
            "Installs the completions of a shell for this user.",
            "They complete commands, flags and their values, patch names, and plugin files by their names.",
            "No plugin is opened for it.",
        ],
        environment: [
            ".It Ev SHELL", "The shell, where none is named.",
            ".It Ev XDG_DATA_HOME", "The folder of bash's and zsh's completions; without it,", ".Pa ~/.local/share .",
            ".It Ev BASH_COMPLETION_USER_DIR", "A folder for bash's completions that counts before that one.",
            ".It Ev XDG_CONFIG_HOME", "The folder of fish's completions; without it,", ".Pa ~/.config .",
        ],
        files: [
            ".Bl -tag -width Ds",
            ".It Pa ~/.local/share/bash\\-completion/completions/gtornado", "For bash.",
            ".It Pa ~/.local/share/zsh/site\\-functions/_gtornado", "For zsh.",
            ".It Pa ~/.config/fish/completions/gtornado.fish", "For fish.", ".El",
        ],
        statuses: [64, 71],
        examples: [
            Example(purpose: "Install for the shell in use", command: "gtornado completions install"),
            Example(purpose: "Look at the script for zsh", command: "gtornado completions install --print zsh"),
        ]
    )
}
