// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension ClientHop {
    /// Appends the request line and the fields.
    ///
    /// - Parameters:
    ///   - wire: What is sent.
    ///   - settings: Those of the fetch.
    ///   - usesAbsoluteTarget: Whether it goes to a proxy, which needs to know the host.
    ///   - authorization: What the server wants to be told, if that is not among the fields.
    ///   - proxyAuthorization: What the proxy wants to be told.
    ///   - expectsContinue: Whether the body waits for the server's word.
    func writeHead(
        into wire: inout [UInt8],
        _ settings: EffectiveSettings,
        usesAbsoluteTarget: Bool,
        authorization: String?,
        proxyAuthorization: String?,
        expectsContinue: Bool
    ) {
        wire.append(self.method)
        wire.append(" ")
        wire.append(usesAbsoluteTarget ? self.url.absoluteTarget : self.url.target)
        wire.append(" HTTP/1.1\r\n")
        let hasOwn = !self.headers.isEmpty
        if !hasOwn || !self.headers.contains("Host") { wire.append("Host", self.url.authority) }
        if !hasOwn || !self.headers.contains("User-Agent") { wire.append("User-Agent", settings.userAgent) }
        if settings.decompress, !hasOwn || !self.headers.contains("Accept-Encoding") {
            wire.append("Accept-Encoding: gzip, deflate\r\n")
        }
        if let proxyAuthorization { wire.append("Proxy-Authorization", proxyAuthorization) }
        if let authorization { wire.append("Authorization", authorization) }
        for field in self.headers.fields { wire.append(field.name, field.value) }
        self.writeFraming(into: &wire)
        if expectsContinue { wire.append("Expect: 100-continue\r\n") }
        wire.append("\r\n")
    }

    private func writeFraming(into wire: inout [UInt8]) {
        if let producer = self.producer {
            if let length = producer.length {
                wire.append("Content-Length", String(length))
            } else {
                wire.append("Transfer-Encoding: chunked\r\n")
            }
        } else if self.body != nil || self.saysEmptyBody {
            wire.append("Content-Length", String(self.body?.count ?? 0))
        }
    }

    /// The request for a tunnel to the URL's host.
    func connectRequest(_ settings: EffectiveSettings, _ proxyAuthorization: String?) -> [UInt8] {
        var wire: [UInt8] = []
        let place = self.url.hostAndPort
        wire.append("CONNECT \(place) HTTP/1.1\r\n")
        wire.append("Host", place)
        wire.append("User-Agent", settings.userAgent)
        if let proxyAuthorization { wire.append("Proxy-Authorization", proxyAuthorization) }
        wire.append("\r\n")
        return wire
    }
}

extension [UInt8] {
    @inline(__always)
    fileprivate mutating func append(_ text: String) {
        self.append(contentsOf: text.utf8)
    }

    fileprivate mutating func append(_ name: String, _ value: String) {
        self.append(name)
        self.append(": ")
        self.append(value)
        self.append("\r\n")
    }
}
