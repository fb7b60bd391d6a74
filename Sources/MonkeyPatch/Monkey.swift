// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CProviderKit
import LibeventProviders

/// Patches the framework that is linked into this program, so that it runs on libevent without `gtornado run`.
///
/// ```swift
/// import Hello
/// import MonkeyPatch
///
/// Monkey.patchAll()  // first thing, before any loop or server is made
/// exit(gtornado_plugin_v1().run())
/// ```
///
/// A loop or server that exists already keeps what it was made with.
public enum Monkey {
    /// Exchanges the event loop and the HTTP server for libevent's.
    ///
    /// - Parameters:
    ///   - ioloop: Whether the event loop is exchanged. Without it, no server can be.
    ///   - httpserver: The server to put in; null leaves the app's own.
    ///   - concurrency: Whether Swift's tasks run on the loop.
    /// - Returns: What was exchanged, who had registered it, and what stayed.
    @discardableResult
    public static func patchAll(
        ioloop: Bool = true,
        httpserver: HTTPServerChoice? = .standard,
        concurrency: Bool = true
    ) -> PatchReport {
        var names: [Patch.Name] = []
        if ioloop { names.append(.ioloop) }
        if httpserver != nil { names.append(.httpserver) }
        if concurrency { names.append(.concurrency) }
        precondition(
            ioloop || httpserver == nil,
            """
            Monkey.patchAll(ioloop: false) cannot exchange the HTTP server: libevent's servers run on libevent's loop \
            only. Leave the server alone too: Monkey.patchAll(ioloop: false, httpserver: nil).
            """
        )
        return Self.apply(Selection(names), httpserver ?? .standard, caller: "Monkey.patchAll()")
    }

    /// Exchanges the event loop, and nothing else.
    ///
    /// - Parameter method: What libevent waits with, "epoll", "poll" or "select"; null takes the best.
    /// - Returns: What was exchanged, and who had registered it.
    /// - Throws: An error if libevent cannot use that method here.
    @discardableResult
    public static func patchIOLoop(method: String? = nil) throws -> PatchReport {
        if let method { try LibeventMethod.select(method) }
        var report = PatchReport()
        report.add(.ioloop, Patcher.patch(.ioloop, true, Self.registry("Monkey.patchIOLoop()")) { LibeventLoop.table })
        return report
    }

    /// Exchanges the HTTP server, and nothing else.
    ///
    /// The event loop must be libevent's by then.
    ///
    /// - Parameter server: The server to put in.
    /// - Returns: What was exchanged, and who had registered it.
    @discardableResult
    public static func patchHTTPServer(_ server: HTTPServerChoice = .standard) -> PatchReport {
        let registry = Self.registry("Monkey.patchHTTPServer()")
        precondition(
            registry.ioloop == LibeventLoop.table,
            """
            Monkey.patchHTTPServer() was called while the event loop is not libevent's: libevent's servers run on \
            libevent's loop only. Call Monkey.patchIOLoop() before it, or Monkey.patchAll() in place of both.
            """
        )
        var report = PatchReport()
        report.add(.httpserver, Patcher.patch(.httpserver, true, registry) { server.table })
        return report
    }

    /// Whether a patch was applied to this program, by `Monkey` or by the gtornado that runs it as a plugin.
    public static func isPatched(_ name: Patch.Name) -> Bool {
        guard let pointer = gt_image_registry(), let registry = ProviderRegistry(pointer) else { return false }
        switch name {
        case .ioloop: return registry.provider(of: .ioloop)?.registeredBy == "gtornado"
        case .httpserver: return registry.provider(of: .httpserver)?.registeredBy == "gtornado"
        case .concurrency: return registry.hasConcurrency && registry.movesConcurrency
        }
    }

    private static func apply(_ selection: Selection, _ server: HTTPServerChoice, caller: String) -> PatchReport {
        do {
            return try Patcher.apply(selection, server: server, to: Self.registry(caller))
        } catch {
            preconditionFailure("\(caller) failed.\n\(error)")
        }
    }

    private static func registry(_ caller: String) -> ProviderRegistry {
        guard let pointer = gt_image_registry(), let registry = ProviderRegistry(pointer) else {
            preconditionFailure(
                """
                \(caller) was called in a program that has no Tornado in it, so there is nothing to patch. Link the \
                product Tornado into the same executable, or run the plugin with `gtornado run`.
                """
            )
        }
        return registry
    }
}
