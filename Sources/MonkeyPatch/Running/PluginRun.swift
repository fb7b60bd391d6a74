// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import Greenlets

/// How a plugin is to be run.
public struct RunOptions: Sendable {
    /// Which patches to apply.
    public var selection = Selection.all
    /// The HTTP server that the `httpserver` patch puts in.
    public var server = HTTPServerChoice.standard
    /// What libevent waits with: "epoll", "poll" or "select"; null takes the best.
    public var libeventMethod: String?
    /// Where to listen in place of the app's own first address; none leaves that.
    public var sockets: [String] = []
    /// Bytes of stack a greenlet.
    public var stackSize = GreenletRuntime.standardStackSize
    /// The least and the most that ``stackSize`` can be.
    public static let stackSizes = GreenletRuntime.stackSizes
    /// What asks for greenlets, "--cores 100": a run fails that cannot have them; null does without.
    public var needsGreenlets: String?
    /// Seconds that requests get to finish after the first signal.
    public var gracefulTimeout = 30.0
    /// The TLS that HTTP servers speak, in place of the app's; null leaves it to the app.
    public var tls: TLSChoice?
    /// What turns names into addresses.
    public var resolver = ResolverChoice.threads
    /// What is watched while it runs.
    public var watching = WatchOptions()
    /// What the app is told of its runner.
    public var host = HostDescription(
        logLevel: Int32(GT_LOG_INFO),
        logFormat: Int32(GT_LOG_AUTO)
    )
    /// The app's arguments, without the program name.
    public var arguments: [String] = []

    /// Every patch, the app's own address, half a minute to stop in, and no arguments.
    public init() {}
}

/// What a run tells while it goes on.
///
/// All calls are made on the thread that runs the plugin, but for those that ``WatchEvents`` says are not.
public struct RunEvents: Sendable {
    /// The providers are exchanged; the app's main comes next.
    ///
    /// `backend` is what the loop waits with.
    public var patched: @Sendable (_ report: PatchReport, _ backend: String?) -> Void = { _, _ in }
    /// A server listens; what a person opens is `url`.
    public var listening: @Sendable (_ url: String, _ address: String) -> Void = { _, _ in }
    /// A signal came; requests have `grace` seconds to finish.
    public var stopping: @Sendable (_ signal: Int32, _ grace: Double) -> Void = { _, _ in }
    /// So many connections were dropped at the end of that time.
    public var dropped: @Sendable (_ count: Int) -> Void = { _ in }
    /// Something that was asked for cannot be: the process is about to end, or the app to learn that there is no server.
    public var failed: @Sendable (_ error: MonkeyError) -> Void = { _ in }
    /// The app ended, and addresses that it was to listen on were never used.
    public var unusedSockets: @Sendable (_ addresses: [String]) -> Void = { _ in }
    /// SIGHUP came, and so many servers have read their certificates again.
    public var reloaded: @Sendable (_ count: Int) -> Void = { _ in }
    /// SIGHUP came, and certificates stay as they were, for this reason.
    public var reloadFailed: @Sendable (_ reason: String) -> Void = { _ in }
    /// There is TLS, but the app handles SIGHUP itself.
    public var reloadsImpossible: @Sendable () -> Void = {}
    /// What the watch sees.
    public var watching = WatchEvents()

    /// A gateway application failed on a request ("GET /path"), or broke a rule.
    public var applicationFailed: @Sendable (_ request: String, _ reason: String) -> Void = { _, _ in }

    /// Events that nobody looks at.
    public init() {}
}

/// Runs a plugin once: exchanges its providers, calls its main, and judges how it ended.
public enum PluginRun {
    /// Runs on this thread until the app's main returns.
    ///
    /// Replaces the process's handling of SIGPIPE, and of SIGINT and SIGTERM, with TLS also of SIGHUP, as soon as the loop
    /// runs.
    ///
    /// - Parameters:
    ///   - plugin: The plugin, which has not run yet.
    ///   - options: How to run it.
    ///   - events: Told what goes on.
    /// - Throws: Why it cannot run, cannot listen, or how it failed. A run that ends well returns.
    public static func run(_ plugin: Plugin, options: RunOptions, events: RunEvents = RunEvents()) throws(MonkeyError) {
        if let tls = options.tls { try TLSCheck.read(tls) }
        if let method = options.libeventMethod { try LibeventMethod.select(method) }
        var report = try Patcher.apply(options.selection, server: options.server, to: plugin.registry)
        try Patcher.applyGreenlets(
            options.selection,
            to: plugin.registry,
            in: .plugin(path: plugin.file.absolutePath),
            stackSize: options.stackSize,
            &report
        )
        try GreenletNeed.check(options.needsGreenlets, options.selection, of: plugin.registry)
        if options.tls != nil {
            try TLSCheck.server(of: plugin.registry)
            report.tls = try? TLSLibrary.version.get()
        }
        report.resolver = try ResolverPatch.apply(options.resolver, to: plugin.registry)
        // Mutexes are exchanged only to be watched.
        if options.watching.debugLocks { LibcPatches.apply([.locks], to: .plugin(path: plugin.file.absolutePath)) }
        report.watched = options.watching.lines(isOnLibevent: plugin.registry.isOnLibevent)
        signal(SIGPIPE, SIG_IGN)
        TLSOverride.install(in: plugin.registry, choice: options.tls, events: events)
        let binding = ListenOverride.install(in: plugin.registry, sockets: options.sockets, events: events)
        let loop = GracefulStop.prepare(plugin.registry, grace: options.gracefulTimeout, events: events)
        events.patched(report, loop?.backend)
        let watch = try RunWatch.begin(options.watching, events.watching, on: plugin.registry)
        defer { watch.end() }
        let status =
            if let application = plugin.application {
                try GatewayServer.run(application, of: plugin, host: options.host, events: events)
            } else {
                plugin.run(host: options.host, arguments: options.arguments)
            }
        try Self.judge(status, plugin, binding?.lastFailure)
        if let unused = binding?.unusedSockets, !unused.isEmpty { events.unusedSockets(unused) }
    }

    /// An app that could not listen failed for that reason.
    private static func judge(
        _ status: Int32,
        _ plugin: Plugin,
        _ failure: BindFailure?
    ) throws(MonkeyError) {
        guard status != 0 else { return }
        if let failure { throw failure.error }
        throw MonkeyError(
            .appFailed,
            "\(plugin.name) failed",
            because: "its main returned \(status)",
            try: "read what it said above; --log-level debug makes it say more"
        )
    }
}
