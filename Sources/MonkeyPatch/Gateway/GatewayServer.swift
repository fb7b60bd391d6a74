// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec

/// The plugin's function that answers a request.
typealias GatewayApplication = @convention(c) (UnsafePointer<gt_environ>?) -> Int32

/// What gateway applications are served with.
struct GatewayProviders {
    let loop: OpaquePointer
    let ioloop: UnsafePointer<gt_ioloop>
    let http: UnsafePointer<gt_httpserver>
    /// Null without greenlets: calls of the application then block one another.
    let suspend: UnsafePointer<gt_suspend>?
}

/// Serves HTTP with a gateway application: the runner's side of a plugin that has no main.
///
/// Lives as long as the process, on the loop's thread.
final class GatewayServer {
    /// Where it listens if nobody says otherwise: Tornado's usual port.
    static let standardAddress = ":8888"

    let application: GatewayApplication
    let providers: GatewayProviders
    let events: RunEvents
    /// Of a server that cannot tell where a client has connected to.
    private(set) var place = CGIPlace()
    private(set) lazy var cores = GatewayCores(self.host, self.providers.http)
    private let host: HostDescription

    private init(
        _ application: @escaping GatewayApplication,
        _ providers: GatewayProviders,
        _ host: HostDescription,
        _ events: RunEvents
    ) {
        self.application = application
        self.providers = providers
        self.host = host
        self.events = events
    }

    /// Listens, and runs the loop until it is stopped.
    ///
    /// Returns an exit status: 0, or that of a program whose main failed.
    static func run(
        _ application: @escaping GatewayApplication,
        of plugin: Plugin,
        host: HostDescription,
        events: RunEvents
    ) throws(MonkeyError) -> Int32 {
        let providers = try Self.providers(of: plugin)
        let server = GatewayServer(application, providers, host, events)
        return try server.serve(plugin)
    }

    private static func providers(of plugin: Plugin) throws(MonkeyError) -> GatewayProviders {
        let registry = plugin.registry
        guard let ioloop = registry.ioloop, let http = registry.httpserver, let loop = ioloop.pointee.current() else {
            throw MonkeyError(
                .usage,
                "cannot serve \(plugin.name)",
                because: "it is a gateway application, and nothing provides the event loop and HTTP server for it",
                try: "leave --no-patch and --no-httpserver out"
            )
        }
        return GatewayProviders(loop: loop, ioloop: ioloop, http: http, suspend: registry.suspend)
    }

    private func serve(_ plugin: Plugin) throws(MonkeyError) -> Int32 {
        var settings = Self.settings
        // Retained for good: the server and its connections come back to it as long as the process lives.
        let context = Unmanaged.passRetained(self).toOpaque()
        let http = self.providers.http
        guard let server = http.pointee.create(self.providers.loop, &settings, GatewayDelegate.table, context) else {
            throw MonkeyError(
                .system,
                "cannot serve \(plugin.name)",
                because: "there can be no HTTP server: \(SystemError.text(errno))",
                try: "choose another: --httpserver libevent"
            )
        }
        self.cores.server = server
        var listening = gt_listening()
        listening.size = UInt32(MemoryLayout<gt_listening>.size)
        // What went wrong is remembered by the override that stands before this call.
        guard http.pointee.listen(server, Self.standardAddress, 0, 0, &listening) >= 0 else {
            return MonkeyError.Code.cannotBind.exitStatus
        }
        self.place = CGIPlace(listening: listening.addressText)
        return self.providers.ioloop.pointee.start(self.providers.loop) < 0 ? MonkeyError.Code.system.exitStatus : 0
    }

    /// Tornado's limits.
    private static var settings: gt_server_settings {
        var settings = gt_server_settings()
        settings.size = UInt32(MemoryLayout<gt_server_settings>.size)
        settings.max_header_size = 64 * 1024
        settings.max_buffer_size = 1024 * 1024
        settings.max_body_size = 100 * 1024 * 1024
        settings.chunk_size = 64 * 1024
        settings.idle_connection_timeout = 3600
        settings.header_timeout = 60
        settings.write_timeout = 60
        return settings
    }
}
