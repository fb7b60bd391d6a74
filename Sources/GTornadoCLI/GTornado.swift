// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import ArgumentParser
import Glibc
import MonkeyPatch

/// The command line of gtornado: `run`, `patch`, `check` and `completions`.
///
/// ```swift
/// GTornado.runProcess()
/// ```
public struct GTornado: ParsableCommand {
    /// Its name, its subcommands and what `--version` prints.
    public static let configuration = CommandConfiguration(
        commandName: "gtornado",
        abstract: "Run a compiled app plugin on libevent.",
        discussion: """
            Loads a plugin (lib*.so), puts libevent's event loop and HTTP server in the place of the ones that the \
            app brought, and runs it.
            """,
        version: Versions.text,
        subcommands: [
            RunCommand.self, PatchCommand.self, CheckCommand.self, CompletionsCommand.self, GenerateCommand.self,
        ]
    )

    /// A command line without a command, which prints help.
    public init() {}

    /// Parses the process's arguments, does what they say, and ends the process with a documented status.
    public static func runProcess() -> Never {
        do {
            try CommandName.check(CommandLine.arguments.dropFirst().first)
            var command = try Self.command()
            try command.run()
        } catch let error as MonkeyError {
            Console.report(error)
            Glibc.exit(error.code.exitStatus)
        } catch {
            Self.end(error)
        }
        Glibc.exit(0)
    }

    /// The command that was asked for, ready to run.
    ///
    /// From the root, the parser makes all options of the command it finds there three times over: two milliseconds of those
    /// to the first answer. What `run` alone does not take, be it a mistake or a wish for help, the root answers.
    private static func command() throws -> any ParsableCommand {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == RunCommand.configuration.commandName,
            let run = try? RunCommand.parse(Array(arguments.dropFirst()))
        {
            return run
        }
        return try Self.parseAsRoot()
    }

    /// The parser's errors look like gtornado's own; help and versions are no errors.
    private static func end(_ error: any Error) -> Never {
        let status = Self.exitCode(for: error)
        guard status == .validationFailure else { Self.exit(withError: error) }
        let message = Self.fullMessage(for: error)
        let prefix = "Error: "
        Console.note("gtornado: error: " + (message.hasPrefix(prefix) ? message.dropFirst(prefix.count) : message[...]))
        Glibc.exit(status.rawValue)
    }
}
