// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import TornadoCore

extension HTTPServerRequest {
    /// The method as sent: `GET`.
    public var method: String { self.head.method.latin1 }

    /// The target as sent: `/path?query`.
    public var uri: String { self.head.target.latin1 }

    /// The protocol and version: `HTTP/1.1`.
    public var version: String { "HTTP/\(self.head.version_major).\(self.head.version_minor)" }

    /// The target's path, still percent-encoded.
    public var path: String { self.pathView.latin1 }

    /// What follows the first `?` of the target, still encoded; empty if there is none.
    public var query: String { self.queryView.latin1 }

    /// The header fields in the order received, read as Latin-1.
    public var headers: HTTPHeaders {
        if let headers = self.details?.headers { return headers }
        let headers = HTTPHeaders(UnsafeBufferPointer(start: self.head.headers, count: self.head.header_count))
        self.parsed.headers = headers
        return headers
    }

    /// The host and port that the client asked for, as sent; `127.0.0.1` if it named none (HTTP/1.0).
    public var host: String { self.head.host.size == 0 ? "127.0.0.1" : self.head.host.latin1 }

    /// The host without its port, in lower case, without the brackets of an IPv6 address.
    public var hostName: String { HostName.name(of: self.host) }

    /// `http` or `https`; behind a trusted proxy, what the proxy says (see `HTTPServer.Settings.xheaders`).
    public var `protocol`: String {
        if self.server.settings.xheaders { self.readForwarded() }
        if let scheme = self.details?.scheme { return scheme }
        return self.head.flags & UInt32(GT_REQUEST_TLS) != 0 ? "https" : self.server.settings.protocol ?? "http"
    }

    /// The client's address as text; empty for a Unix socket.
    ///
    /// Behind a trusted proxy, what the proxy says.
    public var remoteIP: String {
        if self.server.settings.xheaders { self.readForwarded() }
        if let address = self.details?.remoteIP { return address }
        let address = self.peerAddress
        self.parsed.remoteIP = address
        return address
    }

    /// The address of the other end of the connection, whoever that is.
    private var peerAddress: String {
        self.exchange.map { self.server.address(of: $0) } ?? ""
    }

    /// Puts the client's address, in at most 64 bytes; false if that takes `remoteIP`.
    func appendAddress(to out: inout ByteCursor) -> Bool {
        guard self.details?.remoteIP == nil, !self.server.settings.xheaders, let exchange else { return false }
        let table = self.table
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            let count = min(table.pointee.peer(exchange, text.baseAddress, 64, nil), 63)
            return text[..<count].withMemoryRebound(to: UInt8.self) { bytes in
                guard bytes.allSatisfy(PlainLogLine.isPlain) else { return false }
                out.append(UnsafeBufferPointer(bytes))
                return true
            }
        }
    }

    private func readForwarded() {
        guard self.details?.scheme == nil, self.exchange != nil else { return }
        let forwarded = Forwarded(self.headers, trusted: self.server.settings.trustedDownstream)
        let isEncrypted = self.head.flags & UInt32(GT_REQUEST_TLS) != 0
        self.parsed.scheme = forwarded.scheme ?? (isEncrypted ? "https" : self.server.settings.protocol ?? "http")
        self.parsed.remoteIP = forwarded.address ?? self.peerAddress
    }

    /// The URL that the client asked for: protocol, host and target.
    public func fullURL() -> String {
        self.head.target.buffer.first == UInt8(ascii: "/") ? "\(self.protocol)://\(self.host)\(self.uri)" : self.uri
    }

    /// The cookies by name; the last of a name wins.
    public var cookies: [String: String] {
        if let cookies = self.details?.cookies { return cookies }
        // Several Cookie fields are one list (HTTP/2 proxies split it).
        var text = ""
        for index in 0..<self.head.header_count where self.head.headers[index].name.equalsLowercased("cookie") {
            if !text.isEmpty { text += ";" }
            text += String(decoding: self.head.headers[index].value.buffer, as: UTF8.self)
        }
        let cookies = Cookies.parse(text)
        self.parsed.cookies = cookies
        return cookies
    }

    /// The path's bytes; `/` for an absolute target without a path.
    var pathView: gt_bytes {
        let target = self.targetWithoutAuthority
        let end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        return end == 0 ? gt_bytes("/") : gt_bytes(UnsafeBufferPointer(rebasing: target[..<end]))
    }

    var queryView: gt_bytes {
        let target = self.head.target.buffer
        guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else { return gt_bytes(data: nil, size: 0) }
        return gt_bytes(UnsafeBufferPointer(rebasing: target[(mark + 1)...]))
    }

    /// The target from its path on: `http://host/path` loses what comes before `/path`.
    private var targetWithoutAuthority: UnsafeBufferPointer<UInt8> {
        let target = self.head.target.buffer
        guard let first = target.first, first != UInt8(ascii: "/"), first != UInt8(ascii: "*") else { return target }
        guard let colon = target.firstIndex(of: UInt8(ascii: ":")), target.count - colon > 3,
            target[colon + 1] == UInt8(ascii: "/"), target[colon + 2] == UInt8(ascii: "/")
        else { return target }
        let rest = target[(colon + 3)...]
        let path = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? target.count
        return UnsafeBufferPointer(rebasing: target[path...])
    }
}

/// Host names in `Host` fields.
enum HostName {
    static func name(of host: String) -> String {
        let host = host.lowercased()
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return host }
            return String(host[host.index(after: host.startIndex)..<end])
        }
        guard let colon = host.firstIndex(of: ":") else { return host }
        return String(host[..<colon])
    }
}
