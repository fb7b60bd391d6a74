// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit
import Synchronization

/// Stands before the server's `create`: puts the run's TLS in the place of the app's, and remembers which servers speak
/// TLS and by which files, so that they can read those again.
final class TLSOverride: Sendable {
    private typealias Create =
        @convention(c) (
            OpaquePointer?, UnsafePointer<gt_server_settings>?, UnsafePointer<gt_http_delegate>?,
            UnsafeMutableRawPointer?
        ) -> OpaquePointer?
    private typealias Destroy = @convention(c) (OpaquePointer?) -> Void

    private let create: Create
    private let destroy: Destroy
    /// What the command line says; null leaves it to the app.
    private let own: TLSSettings?
    private let events: RunEvents
    private let servers: SecureServers
    private let signal: ReloadSignal?

    /// The one in force: a C function has no context, and there is one plugin a process.
    private static let current = Mutex<TLSOverride?>(nil)

    /// Puts itself into the registry's HTTP server, if the app has one.
    ///
    /// The registry's loop must be there.
    static func install(in registry: ProviderRegistry, choice: TLSChoice?, events: RunEvents) {
        guard let table = registry.httpserver, let create = table.pointee.create, let destroy = table.pointee.destroy
        else { return }
        let tls = TLSOverride(create, destroy, registry, choice, events)
        Self.current.withLock { $0 = tls }
        registry.wrapHTTPServer { table in
            table.create = { loop, settings, delegate, context in
                TLSOverride.current.withLock { $0 }?.makeServer(loop, settings, delegate, context)
            }
            table.destroy = { server in TLSOverride.current.withLock { $0 }?.destroyServer(server) }
        }
    }

    private init(
        _ create: @escaping Create,
        _ destroy: @escaping Destroy,
        _ registry: ProviderRegistry,
        _ choice: TLSChoice?,
        _ events: RunEvents
    ) {
        self.create = create
        self.destroy = destroy
        self.own = choice?.settings
        self.events = events
        self.servers = SecureServers(registry, own: self.own, events: events)
        let servers = self.servers
        self.signal = ReloadSignal(
            registry,
            action: { servers.reload() },
            failed: { events.failed(TLSCheck.cannot(because: "SIGHUP can't be watched: \(SystemError.text($0))")) }
        )
    }

    private func makeServer(
        _ loop: OpaquePointer?,
        _ settings: UnsafePointer<gt_server_settings>?,
        _ delegate: UnsafePointer<gt_http_delegate>?,
        _ context: UnsafeMutableRawPointer?
    ) -> OpaquePointer? {
        var changed = settings.map(ServerTable.read) ?? ServerTable.defaults
        if let own = self.own { changed.tls = own.pointer }
        guard changed.tls != nil else { return self.create(loop, settings, delegate, context) }
        guard let server = self.makeSecure(loop, &changed, delegate, context) else { return nil }
        if let loop { self.servers.add(server, on: loop) }
        if self.signal?.watch() == false { self.events.reloadsImpossible() }
        return server
    }

    /// Has the server say why it cannot be, where the app does not ask.
    private func makeSecure(
        _ loop: OpaquePointer?,
        _ settings: inout gt_server_settings,
        _ delegate: UnsafePointer<gt_http_delegate>?,
        _ context: UnsafeMutableRawPointer?
    ) -> OpaquePointer? {
        guard settings.error == nil else { return self.create(loop, &settings, delegate, context) }
        var text = [CChar](repeating: 0, count: 512)
        let server = text.withUnsafeMutableBufferPointer { buffer in
            settings.error = buffer.baseAddress
            settings.error_capacity = buffer.count
            return self.create(loop, &settings, delegate, context)
        }
        guard server == nil else { return server }
        let number = errno
        let why = TLSCheck.string(text)
        self.events.failed(TLSCheck.cannot(because: why.isEmpty ? SystemError.text(number) : why))
        errno = number
        return nil
    }

    private func destroyServer(_ server: OpaquePointer?) {
        if let server { self.servers.remove(server) }
        self.destroy(server)
    }
}
