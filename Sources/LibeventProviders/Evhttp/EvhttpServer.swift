// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import CLibevent
import Glibc
import ProviderKit

/// The `evhttp` server: libevent's own HTTP server, for those who want exactly that one.
///
/// It is less strict and does less than ``LibeventHTTPServer``; its table's limitations say where.
public enum EvhttpServer {
    /// The table for the registry's slot `httpserver`.
    ///
    /// It serves loops of ``LibeventLoop`` only. Made once, never changed, never freed.
    public nonisolated(unsafe) static let table: UnsafePointer<gt_httpserver> = {
        var table = gt_httpserver()
        table.size = UInt32(MemoryLayout<gt_httpserver>.size)
        table.version = GTORNADO_ABI_VERSION
        table.name = StaticText.pointer("evhttp")
        table.capabilities = UInt32(GT_CAN_DETACH | GT_CAN_TLS)
        table.limitations = EvhttpLimitations.pointer
        table.limitation_count = UInt32(EvhttpLimitations.sentences.count)
        EvhttpServer.fillServer(&table)
        EvhttpServer.fillExchange(&table)
        let place = UnsafeMutablePointer<gt_httpserver>.allocate(capacity: 1)
        place.initialize(to: table)
        return UnsafePointer(place)
    }()

    /// Why it cannot speak TLS on this machine; nil if it can.
    ///
    /// Loads what it needs for that.
    public static var problemWithTLS: String? {
        switch LibeventOpenSSL.shared {
        case .success: nil
        case .failure(let missing): missing.reason
        }
    }

    private static func fillServer(_ table: inout gt_httpserver) {
        table.create = { loop, settings, delegate, context in
            guard let loop, let base = LibeventLoop.base(of: loop) else {
                errno = ENOTSUP
                return nil
            }
            return EvhttpServer.create(loop, base, settings, delegate, context)
        }
        table.listen = { server, address, backlog, reusePort, result in
            engine(server).listen(address, backlog: backlog, reusePort: reusePort != 0, result: result)
        }
        table.stop = { engine($0).stop() }
        table.pause = { engine($0).pause($1 != 0) }
        table.close_all_connections = { engine($0).closeAllConnections() }
        table.connection_count = { engine($0).connectionCount }
        table.destroy = { server in
            let engine = engine(server)
            engine.close()
            EvhttpRegister.remove(engine)
            Unmanaged.passUnretained(engine).release()
        }
        table.reload_tls = { loop, server, settings, error, capacity in
            guard let server else { return EvhttpRegister.reload(loop, settings, error, capacity) }
            return engine(server).reload(settings, error, capacity)
        }
        table.shutdown = { loop, grace, done, context in
            EvhttpRegister.shutdown(loop, grace: grace) { done?(context, $0) }
        }
    }

    private static func create(
        _ loop: OpaquePointer,
        _ base: OpaquePointer,
        _ settings: UnsafePointer<gt_server_settings>?,
        _ delegate: UnsafePointer<gt_http_delegate>?,
        _ context: UnsafeMutableRawPointer?
    ) -> OpaquePointer? {
        let settings = settings.map(ServerTable.read) ?? ServerTable.defaults
        guard let delegate, let checked = HTTPServerSettings(settings) else {
            errno = EINVAL
            return nil
        }
        var tls: EvhttpTLS?
        if let wanted = settings.tls {
            // Errno is its word, and the sentence is where the app asked for it.
            tls = EvhttpTLS(wanted, error: settings.error, settings.error_capacity)
            if tls == nil { return nil }
        }
        guard let engine = EvhttpEngine(loop, base, checked, ServerTable.read(delegate), context, tls: tls) else {
            errno = ENOMEM
            return nil
        }
        EvhttpRegister.add(engine)
        // Balanced by destroy.
        return OpaquePointer(Unmanaged.passRetained(engine).toOpaque())
    }

    private static func fillExchange(_ table: inout gt_httpserver) {
        table.respond = { exchange, response, body, flags in
            guard let response else { return -EINVAL }
            return connection(exchange).respond(response.pointee, body, flags)
        }
        table.write = { connection($0).write($1, $2) }
        table.interim = { _, _ in -ENOTSUP }
        // The body is whole before the app is asked.
        table.want_body = { _, _ in 0 }
        table.detach = { exchange, descriptor, unread in
            guard let descriptor else { return -EINVAL }
            return connection(exchange).detach(descriptor, unread)
        }
        table.detach_tls = { exchange, descriptor, session, unread in
            guard let descriptor, let session else { return -EINVAL }
            return connection(exchange).detach(descriptor, session: session, unread)
        }
        table.tls_info = { exchange, info in
            guard let info else { return -EINVAL }
            return connection(exchange).describeTLS(info)
        }
        table.abort = { connection($0).abort() }
        table.unsent = { connection($0).unsent }
        table.peer = { connection($0).peer($1, $2, $3) }
        table.local = { connection($0).local($1, $2, $3) }
    }
}

/// The engine behind a server handle, which `create` gave out and `destroy` has not yet taken back.
private func engine(_ server: OpaquePointer?) -> EvhttpEngine {
    Unmanaged<EvhttpEngine>.fromOpaque(UnsafeRawPointer(server.unsafelyUnwrapped)).takeUnretainedValue()
}

/// The connection behind an exchange handle, which the app may use until it was told that it is finished.
@inline(__always)
private func connection(_ exchange: OpaquePointer?) -> EvhttpConnection {
    EvhttpConnection.from(UnsafeMutableRawPointer(exchange.unsafelyUnwrapped))
}
