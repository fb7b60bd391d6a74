// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// What a reverse proxy says of the client: `X-Real-Ip` or `X-Forwarded-For`, and `X-Scheme` or `X-Forwarded-Proto`.
struct Forwarded {
    private(set) var address: String?
    private(set) var scheme: String?

    /// Reads the headers.
    ///
    /// Of a chain of addresses the last is taken that is no `trusted` proxy; what is no address is not believed.
    init(_ headers: HTTPHeaders, trusted: Set<String>) {
        var candidate: String?
        for hop in (headers["X-Forwarded-For"] ?? "").split(separator: ",").reversed() {
            let address = String(hop).strippedOfWhitespace
            candidate = address
            if !trusted.contains(address) { break }
        }
        if let address = headers["X-Real-Ip"] ?? candidate, Forwarded.isAddress(address) { self.address = address }
        let scheme = headers["X-Scheme"] ?? headers["X-Forwarded-Proto"]
        let last = scheme?.split(separator: ",").last.map { String($0).strippedOfWhitespace.lowercased() }
        if let last, last == "http" || last == "https" { self.scheme = last }
    }

    private static func isAddress(_ text: String) -> Bool {
        var place = in6_addr()
        return inet_pton(AF_INET, text, &place) == 1 || inet_pton(AF_INET6, text, &place) == 1
    }
}
