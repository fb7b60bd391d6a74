// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// `gtornado patch`: what can be patched, here and in a plugin.
struct PatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patch",
        abstract: "List what can be patched.",
        discussion: """
            Says of every patch what it replaces, by what, and whether it works on this machine. With a plugin, says \
            also what the plugin was made with, what would be exchanged in it, which blocking calls of the plugin and \
            its libraries would be rewritten, and which would escape and why; the files are read, and never loaded.
            """
    )

    @Flag(name: .customLong("list"), help: "List the patches; done also if nothing is said.")
    var list = false

    @Flag(name: .customLong("json"), help: "Print JSON, for programs.")
    var json = false

    @Argument(help: "The plugin: a lib*.so.", completion: PluginCompletion.kind)
    var plugin: String?

    mutating func run() throws {
        let file = try self.plugin.map { try PluginFile.inspect($0) }
        let listing = PatchListing(patches: Catalogue.patches, file: file)
        Console.answer(self.json ? listing.json.indented() + "\n" : listing.table)
    }
}
