// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What the server, or the way to it, said instead of an answer; answered with 503.
struct XMPPError: HTTPStatusError, CustomStringConvertible {
    let description: String
    var statusCode: Int { 503 }
    var logMessage: String? { self.description }

    init(_ message: String) { self.description = message }
}

/// Who logs in, and where.
struct Account {
    /// The user, an at sign, and the domain.
    let jid: String
    let password: String
    let host: String
    let port: UInt16
    /// Who signed the server's certificate; nil for those whom the system trusts.
    let authorities: String?

    /// From XMPP_JID, XMPP_PASSWORD, XMPP_SERVER (host:port) and XMPP_CAFILE.
    init() throws {
        guard let jid = Self.variable("XMPP_JID"), let password = Self.variable("XMPP_PASSWORD") else {
            throw XMPPError("set XMPP_JID=user@domain and XMPP_PASSWORD, and XMPP_SERVER=host:port if it is elsewhere")
        }
        self.jid = jid
        self.password = password
        let domain = String(jid.drop { $0 != "@" }.dropFirst())
        let place = (Self.variable("XMPP_SERVER") ?? domain).split(separator: ":")
        self.host = place.first.map { String($0) } ?? domain
        self.port = place.count > 1 ? UInt16(place[1]) ?? 5222 : 5222
        self.authorities = Self.variable("XMPP_CAFILE")
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
