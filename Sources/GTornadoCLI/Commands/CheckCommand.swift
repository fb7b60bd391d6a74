// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// `gtornado check`: everything that `run` does, short of running the app's main.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a plugin without running it.",
        discussion: """
            Reads the file, loads it, and asks it what it provides: everything that run does, but for the app's main. \
            The exit status is that of run.
            """
    )

    /// The checks, in the order they are made.
    private static let steps = ["library", "entry", "record", "versions", "load", "handshake"]

    @Argument(help: "The plugin: a lib*.so.", completion: PluginCompletion.kind)
    var plugin: String

    mutating func run() throws {
        var passed = 0
        let step: (PluginCheck) -> Void = { check in
            passed += 1
            Self.say("ok", check.name, check.finding)
        }
        do {
            let plugin = try Plugin.load(PluginFile.inspect(self.plugin, passed: step), passed: step)
            Self.sayProviders(of: plugin)
            Self.sayCalls(of: plugin)
        } catch {
            Self.say("failed", passed < Self.steps.count ? Self.steps[passed] : "plugin", error.reason)
            throw error
        }
        Console.answer("\(self.plugin) can run\n")
    }

    private static func sayProviders(of plugin: Plugin) {
        for slot in ProviderRegistry.Slot.allCases {
            let provider = plugin.registry.provider(of: slot)
            let finding = provider.map { "\($0.name), registered by \($0.registeredBy)" } ?? "nothing registered"
            Self.say("ok", slot.name, "\(finding); \(Self.plan(for: slot))")
        }
        let hasTasks = plugin.registry.hasConcurrency
        Self.say("ok", "concurrency", hasTasks ? "run moves Swift's tasks to the loop" : "no Swift tasks to move")
    }

    private static func plan(for slot: ProviderRegistry.Slot) -> String {
        switch slot {
        case .ioloop, .httpserver: "run puts libevent's in its place"
        case .resolver: "run puts gtornado's in its place"
        case .suspend: "run puts greenlets in its place"
        }
    }

    /// What `patch --list` says at length.
    private static func sayCalls(of plugin: Plugin) {
        let calls = CallListing(calls: PluginCalls(of: plugin.file))
        Self.say("ok", "calls", calls.summary)
    }

    private static func say(_ outcome: String, _ name: String, _ finding: String) {
        let columns = [(outcome, 6), (name, 11)].map { $0.0 + String(repeating: " ", count: max(0, $0.1 - $0.0.count)) }
        Console.answer("\(columns[0])  \(columns[1])  \(finding)\n")
    }
}
