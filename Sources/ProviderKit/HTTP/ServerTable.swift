// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import Glibc

/// The engine's functions as the seam has them; a provider adds its name, its driver and its limitations.
///
/// An exchange is the connection it came on, a server is the engine. Both are borrowed: the app may use an exchange
/// until it was told that it is finished, and the loop keeps the connection until then.
public enum ServerTable {
    /// Everything the engine can do, on any driver.
    public static let capabilities = UInt32(
        GT_CAN_STREAM_BODY | GT_CAN_DETACH | GT_CAN_HOLD_CONTINUE | GT_CAN_TRAILERS | GT_CAN_ANY_METHOD
            | GT_CAN_STRICT_FRAMING | GT_CAN_PEER_CLOSED | GT_CAN_DEADLINES | GT_CAN_TLS
    )

    /// Makes an engine; nil with errno set if the settings are out of range.
    public static func create(
        driver: any EventDriver,
        table: UnsafePointer<gt_ioloop>,
        loop: OpaquePointer,
        settings: UnsafePointer<gt_server_settings>?,
        delegate: UnsafePointer<gt_http_delegate>?,
        context: UnsafeMutableRawPointer?
    ) -> OpaquePointer? {
        guard let delegate else {
            errno = EINVAL
            return nil
        }
        let settings = settings.map(ServerTable.read) ?? ServerTable.defaults
        guard let checked = HTTPServerSettings(settings) else {
            errno = EINVAL
            return nil
        }
        var tls: ServerTLS?
        if let wanted = settings.tls {
            tls = ServerTLS(wanted, error: settings.error, capacity: settings.error_capacity)
            if tls == nil { return nil }
        }
        let engine = HTTPServerEngine(
            driver: driver,
            table: table,
            loop: loop,
            settings: checked,
            tls: tls,
            delegate: ServerTable.read(delegate),
            serverContext: context
        )
        EngineRegister.add(engine)
        // Balanced by destroy.
        return OpaquePointer(Unmanaged.passRetained(engine).toOpaque())
    }

    /// Settings of an app that may be older than this, and so shorter.
    package static func read(_ settings: UnsafePointer<gt_server_settings>) -> gt_server_settings {
        var whole = gt_server_settings()
        memcpy(&whole, settings, min(Int(settings.pointee.size), MemoryLayout<gt_server_settings>.size))
        return whole
    }

    /// The same of a delegate.
    package static func read(_ delegate: UnsafePointer<gt_http_delegate>) -> gt_http_delegate {
        var whole = gt_http_delegate()
        memcpy(&whole, delegate, min(Int(delegate.pointee.size), MemoryLayout<gt_http_delegate>.size))
        return whole
    }

    /// Tornado's defaults, for an app that gives none.
    public static var defaults: gt_server_settings {
        var settings = gt_server_settings()
        settings.size = UInt32(MemoryLayout<gt_server_settings>.size)
        settings.max_body_size = 100 * 1024 * 1024
        settings.idle_connection_timeout = 3600
        settings.header_timeout = 60
        settings.write_timeout = 60
        return settings
    }

    /// Fills in every function but `create`.
    public static func fill(_ table: inout gt_httpserver) {
        table.size = UInt32(MemoryLayout<gt_httpserver>.size)
        table.version = GTORNADO_ABI_VERSION
        table.listen = { server, address, backlog, reusePort, result in
            engine(server).listen(address, backlog: backlog, reusePort: reusePort != 0, result: result)
        }
        table.stop = { engine($0).stop() }
        table.pause = { engine($0).pause($1 != 0) }
        table.close_all_connections = { engine($0).closeAllConnections() }
        table.connection_count = { engine($0).connections.count }
        table.destroy = { server in
            let engine = engine(server)
            engine.close()
            EngineRegister.remove(engine)
            Unmanaged.passUnretained(engine).release()
        }
        table.reload_tls = { loop, server, settings, error, capacity in
            guard let loop else { return -EINVAL }
            let engines = server.map { [engine($0)] } ?? EngineRegister.engines(of: loop).filter { $0.tls != nil }
            return ServerTable.reload(engines, settings, error, capacity)
        }
        self.fillExchange(&table)
    }

    private static func reload(
        _ engines: [HTTPServerEngine],
        _ settings: UnsafePointer<gt_tls_settings>?,
        _ error: UnsafeMutablePointer<CChar>?,
        _ capacity: Int
    ) -> Int32 {
        for engine in engines {
            guard let tls = engine.tls else {
                self.say("the server does not speak TLS", error, capacity)
                return -ENOTSUP
            }
            let code = tls.reload(settings, error: error, capacity: capacity)
            if code < 0 { return code }
        }
        return 0
    }

    private static func say(_ text: StaticString, _ error: UnsafeMutablePointer<CChar>?, _ capacity: Int) {
        guard let error, capacity > text.utf8CodeUnitCount else { return }
        memcpy(error, text.utf8Start, text.utf8CodeUnitCount + 1)
    }

    private static func fillExchange(_ table: inout gt_httpserver) {
        table.respond = { exchange, response, body, flags in
            guard let response else { return -EINVAL }
            let reference = Unmanaged<ServerConnection>.fromOpaque(UnsafeRawPointer(exchange.unsafelyUnwrapped))
            guard reference._withUnsafeGuaranteedRef({ $0.isInTurn }) else {
                return reference.takeUnretainedValue().respond(response.pointee, body, flags)
            }
            // Not counted once more in the connection's turn: the answer cannot end it there.
            return reference._withUnsafeGuaranteedRef { $0.respond(response.pointee, body, flags) }
        }
        table.write = { connection($0).write($1, $2) }
        table.interim = { exchange, response in
            guard let response else { return -EINVAL }
            return connection(exchange).interim(response.pointee)
        }
        table.want_body = { connection($0).wantBody($1 != 0) }
        table.detach = { exchange, descriptor, unread in
            guard let descriptor else { return -EINVAL }
            return connection(exchange).detach(descriptor, nil, unread)
        }
        table.detach_tls = { exchange, descriptor, ssl, unread in
            guard let descriptor, let ssl else { return -EINVAL }
            return connection(exchange).detach(descriptor, ssl, unread)
        }
        table.tls_info = { exchange, info in
            let connection = connection(exchange)
            guard let info, let tls = connection.tls else { return -ENOTSUP }
            return connection.engine.tlsInfo.fill(info, of: tls)
        }
        table.abort = { connection($0).abort() }
        table.unsent = { exchange in
            let connection = connection(exchange)
            return connection.unsent(connection.engine)
        }
        table.peer = { exchange, text, capacity, port in
            let peer = connection(exchange).peer
            port?.pointee = peer.port
            guard let text else { return 0 }
            return peer.write(to: text, capacity: capacity)
        }
        table.local = { exchange, text, capacity, port in
            let local = PeerAddress(localOf: connection(exchange).descriptor)
            port?.pointee = local.port
            guard let text else { return 0 }
            return local.write(to: text, capacity: capacity)
        }
    }
}

/// The engine behind a server handle, which `create` gave out and `destroy` has not yet taken back.
private func engine(_ server: OpaquePointer?) -> HTTPServerEngine {
    Unmanaged<HTTPServerEngine>.fromOpaque(UnsafeRawPointer(server.unsafelyUnwrapped)).takeUnretainedValue()
}

/// The connection behind an exchange handle, which the app may use until it was told that it is finished.
@inline(__always)
private func connection(_ exchange: OpaquePointer?) -> ServerConnection {
    ServerConnection.from(UnsafeMutableRawPointer(exchange.unsafelyUnwrapped))
}
