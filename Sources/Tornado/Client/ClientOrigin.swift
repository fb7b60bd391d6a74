// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CTLS
import TornadoCore

/// What a connection is to, and how it is made: requests for which all of it is the same may share connections.
struct OriginKey: Hashable {
    var isTLS: Bool
    var host: String
    var port: UInt16
    /// Nil is the straight way, and TLS as it is where nothing is said of it.
    var route: Route?

    /// What most requests do not have, behind one pointer: keys are made and compared for each request.
    final class Route: Hashable, Sendable {
        let parts: RouteParts

        init(_ parts: RouteParts) { self.parts = parts }

        static func == (left: Route, right: Route) -> Bool { left === right || left.parts == right.parts }

        func hash(into hasher: inout Hasher) { self.parts.hash(into: &hasher) }
    }

    /// What a route is made of.
    struct RouteParts: Hashable {
        var unixSocket: String?
        var networkInterface: String?
        var allowIPv6 = true
        var proxyHost: String?
        var proxyPort: Int?
        var proxyUsername: String?
        var proxyPassword: String?
        /// Nil for plain HTTP, and for ``EffectiveSettings/plainTLS``.
        var ssl: SSLOptions?
    }
}

/// One server as the client knows it, with the connections to it that are free.
final class ClientOrigin {
    let key: OriginKey
    /// How to speak TLS; nil for plain HTTP.
    let context: TLSContext?
    /// Free connections, the one that was used last at the end.
    var idle: [ClientConnection] = []
    /// Fetches that use it.
    var active = 0
    /// Challenges that were answered, whose nonces are good for further requests.
    var digests: [DigestPlace: DigestSession] = [:]
    /// What the next TLS session can begin with.
    var ticket: TLSTicket?

    init(_ key: OriginKey, _ context: TLSContext?) {
        self.key = key
        self.context = context
    }

    var keepsTickets: Bool { self.key.isTLS && self.key.route?.parts.ssl?.resumption ?? true }
    var isUnused: Bool { self.active == 0 && self.idle.isEmpty }
}

/// What a TLS session left for a later one.
final class TLSTicket {
    /// Owned; freed by CTLS.
    let handle: UnsafeMutableRawPointer

    init?(of session: OpaquePointer) {
        guard let handle = gt_tls_ticket(session) else { return nil }
        self.handle = handle
    }

    deinit {
        gt_tls_ticket_free(self.handle)
    }
}
