// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// A command line that makes no sense, and the snapshot of what is said of it.
struct Mistake: Sendable, CustomTestStringConvertible {
    var snapshot: String
    var arguments: [String]
    var environment: [String: String] = [:]

    var testDescription: String {
        self.snapshot
    }

    static let all = [
        Mistake(snapshot: "no-plugin", arguments: ["run"]),
        Mistake(snapshot: "empty-plugin", arguments: ["run", ""]),
        Mistake(snapshot: "unknown-command", arguments: ["rum", "PLUGIN"]),
        Mistake(snapshot: "path-as-command", arguments: ["./libapp.so"]),
        Mistake(snapshot: "unknown-flag", arguments: ["run", "--http-sockt", ":0", "PLUGIN"]),
        Mistake(snapshot: "unknown-patch", arguments: ["run", "--patch", "iolop", "PLUGIN"]),
        Mistake(snapshot: "unknown-no-patch", arguments: ["run", "--no-patch", "gevent", "PLUGIN"]),
        Mistake(snapshot: "server-without-loop", arguments: ["run", "--no-ioloop", "PLUGIN"]),
        Mistake(snapshot: "server-not-selected", arguments: ["run", "--ioloop", "--httpserver", "evhttp", "PLUGIN"]),
        Mistake(snapshot: "unknown-server", arguments: ["run", "--httpserver", "apache", "PLUGIN"]),
        Mistake(snapshot: "unknown-method", arguments: ["run", "--libevent-method", "kqueue", "PLUGIN"]),
        Mistake(snapshot: "bad-time", arguments: ["run", "--graceful-timeout", "soon", "PLUGIN"]),
        Mistake(snapshot: "bad-cores", arguments: ["run", "--cores", "many", "PLUGIN"]),
        Mistake(snapshot: "bad-when-full", arguments: ["run", "--when-full", "queue:", "PLUGIN"]),
        Mistake(snapshot: "bad-stack-size", arguments: ["run", "--stack-size", "256 pages", "PLUGIN"]),
        Mistake(snapshot: "small-stack-size", arguments: ["run", "--stack-size", "4k", "PLUGIN"]),
        Mistake(
            snapshot: "bad-cores-variable",
            arguments: ["run", "PLUGIN"],
            environment: ["GTORNADO_CORES": "-1"]
        ),
        Mistake(
            snapshot: "bad-when-full-variable",
            arguments: ["run", "PLUGIN"],
            environment: ["GTORNADO_WHEN_FULL": "drop"]
        ),
        Mistake(
            snapshot: "bad-stack-size-variable",
            arguments: ["run", "PLUGIN"],
            environment: ["GTORNADO_STACK_SIZE": "9999999999999999g"]
        ),
        Mistake(
            snapshot: "cores-without-greenlet",
            arguments: ["run", "--cores", "2", "--patch", "ioloop,httpserver", "PLUGIN"]
        ),
        Mistake(snapshot: "bad-level", arguments: ["run", "--log-level", "loud", "PLUGIN"]),
        Mistake(
            snapshot: "bad-variable",
            arguments: ["run", "PLUGIN"],
            environment: ["GTORNADO_LOG_FORMAT": "xml"]
        ),
        Mistake(
            snapshot: "bad-time-variable",
            arguments: ["run", "PLUGIN"],
            environment: ["GTORNADO_GRACEFUL_TIMEOUT": "soon"]
        ),
        Mistake(
            snapshot: "bad-flag-variable",
            arguments: ["run", "PLUGIN"],
            environment: ["GTORNADO_VERBOSE": "maybe"]
        ),
        Mistake(
            snapshot: "bad-patch-variable",
            arguments: ["run", "PLUGIN"],
            environment: ["GTORNADO_PATCH": "ioloop,htpserver"]
        ),
        Mistake(snapshot: "unknown-shell", arguments: ["completions", "install"], environment: ["SHELL": "/bin/dash"]),
    ]
}

@Suite("The command line")
struct UsageTests {
    @Test("is refused with status 64 if it makes no sense, before anything runs", arguments: Mistake.all)
    func mistakes(mistake: Mistake) throws {
        let plugin = try Fixture.plugin("own", ["-DOWN_PROVIDERS"])
        let arguments = mistake.arguments.map { $0 == "PLUGIN" ? plugin : $0 }
        let result = try Tool.run(
            arguments + (arguments.contains(plugin) ? ["--", "args"] : []),
            environment: mistake.environment
        )
        #expect(result.end == .exited(64))
        #expect(result.output == "")
        try Snapshot.check(result.errors, "usage/" + mistake.snapshot)
    }

    @Test("has a version")
    func version() throws {
        for arguments in [["--version"], ["run", "--version"]] {
            let result = try Tool.run(arguments)
            #expect(result.end == .exited(0))
            try Snapshot.check(result.output, "version")
        }
    }

    @Test("has help", arguments: ["", "run", "patch", "check", "completions", "completions install"])
    func help(command: String) throws {
        let result = try Tool.run(
            command.split(separator: " ").map(String.init) + ["--help"],
            environment: ["COLUMNS": "80"]
        )
        #expect(result.end == .exited(0))
        try Snapshot.check(
            result.output,
            "help/gtornado" + (command.isEmpty ? "" : "-" + command.replacing(" ", with: "-"))
        )
    }
}
