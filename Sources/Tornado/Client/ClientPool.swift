// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TornadoCore

/// The servers that a client knows, and the connections to them that are free.
final class ClientPool {
    private var origins: [OriginKey: ClientOrigin] = [:]
    /// The last one that was asked for.
    private var latest: ClientOrigin?
    private var contexts: [SSLOptions: TLSContext] = [:]
    private(set) var idleCount = 0
    /// More that nobody uses are forgotten, with their TLS tickets.
    private static let mostUnused = 256

    /// The server that a request goes to.
    ///
    /// - Throws: `SSLError` if the settings of TLS cannot be had.
    func origin(_ hop: ClientHop, _ settings: EffectiveSettings) throws -> ClientOrigin {
        let url = hop.url
        let route = settings.route(isTLS: url.isTLS, isForeign: hop.isForeign)
        let key = OriginKey(isTLS: url.isTLS, host: url.host, port: url.port, route: route)
        if let latest = self.latest, latest.key == key { return latest }
        if let known = self.origins[key] {
            self.latest = known
            return known
        }
        if self.origins.count >= Self.mostUnused {
            self.origins = self.origins.filter { !$0.value.isUnused }
            self.latest = nil
        }
        let context = url.isTLS ? try self.context(route?.parts.ssl ?? EffectiveSettings.plainTLS) : nil
        let origin = ClientOrigin(key, context)
        self.origins[key] = origin
        self.latest = origin
        return origin
    }

    func context(_ options: SSLOptions) throws -> TLSContext {
        if let known = self.contexts[options] { return known }
        if self.contexts.count >= Self.mostUnused { self.contexts = [:] }
        let context = try TLSContext(options, server: false)
        self.contexts[options] = context
        return context
    }

    // MARK: Free connections

    /// Takes the connection out that was used last, if there is one.
    func take(_ origin: ClientOrigin) -> ClientConnection? {
        guard let connection = origin.idle.popLast() else { return nil }
        self.idleCount -= 1
        return connection
    }

    /// Keeps a connection for another request; the oldest make room.
    func put(_ connection: ClientConnection, _ settings: HTTPClientSettings) {
        let origin = connection.origin
        // One that was forgotten while a fetch waited for it: it is known again, or has a successor.
        if self.origins[origin.key] == nil { self.origins[origin.key] = origin }
        guard self.origins[origin.key] === origin else { return connection.close() }
        origin.idle.append(connection)
        self.idleCount += 1
        if origin.idle.count > max(0, settings.maxIdlePerHost) { origin.idle[0].close() }
        if self.idleCount > max(0, settings.maxIdleConnections) { self.oldest?.close() }
    }

    private var oldest: ClientConnection? {
        self.origins.values.compactMap(\.idle.first).min { $0.idleSince < $1.idleSince }
    }

    /// Forgets a free connection, which is being closed.
    func forget(_ connection: ClientConnection) {
        guard let index = connection.origin.idle.firstIndex(where: { $0 === connection }) else { return }
        connection.origin.idle.remove(at: index)
        self.idleCount -= 1
    }

    /// Closes what was free at `time` or before; returns when the longest of the rest became free.
    func closeIdle(since time: Double) -> Double {
        guard self.idleCount > 0 else { return .infinity }
        for origin in self.origins.values {
            for connection in origin.idle where connection.idleSince <= time { connection.close() }
        }
        return self.oldest?.idleSince ?? .infinity
    }

    /// Closes all that are free, and forgets whom nobody uses.
    func close() {
        _ = self.closeIdle(since: .infinity)
        self.latest = nil
        self.origins = self.origins.filter { !$0.value.isUnused }
        self.contexts = [:]
    }
}
