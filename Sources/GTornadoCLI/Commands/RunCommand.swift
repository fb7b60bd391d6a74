// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// `gtornado run`: loads a plugin, patches it, and runs it.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a plugin.",
        discussion: """
            Puts libevent's event loop and HTTP server in the place of the ones that the app brought, then runs the \
            app's main until it ends. SIGINT or SIGTERM stops it gracefully; a second one stops it at once. SIGHUP has \
            certificates read again.
            """
    )

    @OptionGroup(title: "Listening")
    var listening: ListeningOptions

    @OptionGroup(title: "TLS")
    var tls: TLSOptions

    @OptionGroup(title: "Patching")
    var patching: PatchingOptions

    @OptionGroup(title: "Server")
    var server: ServerOptions

    @OptionGroup(title: "Engine")
    var engine: EngineOptions

    @OptionGroup(title: "Names")
    var names: ResolverOptions

    @OptionGroup(title: "Watching")
    var watching: WatchingOptions

    @OptionGroup(title: "Logging")
    var logging: LoggingOptions

    @Argument(help: "The plugin: a lib*.so.", completion: PluginCompletion.kind)
    var plugin: String

    @Argument(parsing: .postTerminator, help: ArgumentHelp("Arguments for the app.", valueName: "app-argument"))
    var arguments: [String] = []

    mutating func run() throws {
        let options = try self.options()
        let plugin = try Plugin.load(PluginFile.inspect(self.plugin))
        let banner = try Banner(
            plugin: plugin,
            server: options.selection.contains(.httpserver) ? options.server : nil,
            format: self.logging.chosenFormat(),
            isVerbose: self.logging.isVerbose()
        )
        try PluginRun.run(plugin, options: options, events: banner.events)
    }

    private func options() throws -> RunOptions {
        var options = RunOptions()
        options.selection = try self.patching.selection()
        options.server = try self.patching.chosenServer()
        options.libeventMethod = try self.patching.chosenMethod()
        options.sockets = self.listening.resolved
        options.tls = try self.tls.chosen()
        options.gracefulTimeout = try self.server.grace()
        options.resolver = try self.names.chosen()
        options.watching = try self.watching.chosen()
        options.host = HostDescription(
            logLevel: try self.logging.chosenLevel().number,
            logFormat: try self.logging.chosenFormat().number
        )
        try self.engine.apply(to: &options)
        options.arguments = self.arguments
        return options
    }
}

/// Plugin files, as a shell completes them: by their names alone, without opening any.
enum PluginCompletion {
    static let kind = CompletionKind.file(extensions: ["so", "so.*"])
}
