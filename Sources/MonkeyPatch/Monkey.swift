// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CProviderKit
import LibeventProviders
import ProviderKit

/// Patches this program as `gtornado run` patches a plugin: the framework that is linked into it runs on libevent, and
/// the blocking calls that it and its libraries make let others run.
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
    /// Exchanges the event loop and the HTTP server for libevent's, gives the program greenlets, and makes the blocking
    /// calls of the program and of all its libraries suspend them.
    ///
    /// To be called on the main thread, which becomes the one that greenlets run on. Libraries loaded later are patched
    /// too.
    ///
    /// - Parameters:
    ///   - ioloop: Whether the event loop is exchanged. Without it, no server can be.
    ///   - httpserver: The server to put in; null leaves the app's own.
    ///   - concurrency: Whether Swift's tasks run on the loop.
    ///   - greenlet: Whether there are greenlets. Without them, none of the calls below is patched.
    ///   - socket: Whether `recv`, `send`, `connect` and the like are patched.
    ///   - select: Whether `poll`, `select` and the like are.
    ///   - time: Whether `sleep` and the like are.
    ///   - dns: Whether `getaddrinfo` and the like are.
    ///   - subprocess: Whether `waitpid`, `system` and the like are.
    ///   - signal: Whether `sigwait` and the like are.
    ///   - file: Whether calls on files are made on worker threads.
    /// - Returns: What was exchanged, who had registered it, what stayed, and which calls were rewritten.
    @discardableResult
    public static func patchAll(
        ioloop: Bool = true,
        httpserver: HTTPServerChoice? = .standard,
        concurrency: Bool = true,
        greenlet: Bool = true,
        socket: Bool = true,
        select: Bool = true,
        time: Bool = true,
        dns: Bool = true,
        subprocess: Bool = true,
        signal: Bool = true,
        file: Bool = false
    ) -> PatchReport {
        let calls: [(Patch.Name, Bool)] = [
            (.socket, socket), (.select, select), (.time, time), (.dns, dns), (.subprocess, subprocess),
            (.signal, signal), (.file, file),
        ]
        let wanted: [(Patch.Name, Bool)] = [
            (.ioloop, ioloop), (.httpserver, httpserver != nil), (.concurrency, concurrency), (.greenlet, greenlet),
        ]
        let names = (wanted + (greenlet ? calls : [])).filter(\.1).map(\.0)
        demand(
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
    /// - Throws: An error if libevent cannot use that method here, or if greenlets run on the app's own loop already.
    @discardableResult
    public static func patchIOLoop(method: String? = nil) throws -> PatchReport {
        if let method { try LibeventMethod.select(method) }
        let registry = Self.registry("Monkey.patchIOLoop()")
        var report = PatchReport()
        report.add(.ioloop, try Patcher.patchIOLoop(true, registry))
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
        demand(
            registry.isOnLibevent,
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
        case .greenlet: return registry.provider(of: .suspend)?.registeredBy == "gtornado"
        case .socket, .select, .time, .dns, .subprocess, .signal, .file:
            return name.family.map { LibcPatches.isPatched($0) } ?? false
        }
    }

    /// libc's own function of that name, for code that must block even in a greenlet.
    ///
    /// ```swift
    /// typealias Sleep = @convention(c) (UInt32) -> UInt32
    /// let sleep = Monkey.original("sleep").map { unsafeBitCast($0, to: Sleep.self) }
    /// ```
    ///
    /// - Parameter name: The function's name, "recv".
    /// - Returns: Its address in libc, patched or not; null if no patch is about it, or this libc does not have it.
    public static func original(_ name: String) -> UnsafeRawPointer? {
        LibcPatches.original(name)
    }

    private static func apply(_ selection: Selection, _ server: HTTPServerChoice, caller: String) -> PatchReport {
        let registry = Self.registry(caller)
        do {
            var report = try Patcher.apply(selection, server: server, to: registry)
            try Patcher.applyGreenlets(selection, to: registry, in: .program, &report)
            report.resolver = try ResolverPatch.apply(.threads, to: registry)
            return report
        } catch {
            trap("\(caller) failed.\n\(error)")
        }
    }

    private static func registry(_ caller: String) -> ProviderRegistry {
        guard let pointer = gt_image_registry(), let registry = ProviderRegistry(pointer) else {
            trap(
                """
                \(caller) was called in a program that has no Tornado in it, so there is nothing to patch. Link the \
                product Tornado into the same executable, or run the plugin with `gtornado run`.
                """
            )
        }
        return registry
    }
}
