// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// Where a request's server is, as CGI's variables have it: `SERVER_NAME`, where the client named no host, and
/// `SERVER_PORT`.
public struct CGIPlace: Equatable {
    /// An address, IPv6 in brackets; the machine's own for a Unix socket.
    public private(set) var host = "127.0.0.1"
    /// 0 for a Unix socket.
    public private(set) var port: UInt16 = 0

    /// The place of a Unix socket, or of a server of which nothing is known.
    public init() {}

    /// Where a server listens: `127.0.0.1:8888`, `[::1]:8888`, `unix:/path`.
    public init(listening address: String) {
        guard let colon = address.lastIndex(of: ":"), !address.hasPrefix("unix:"),
            let port = UInt16(address[address.index(after: colon)...])
        else { return }
        self.host = String(address[..<colon])
        self.port = port
    }

    /// Where the client of an exchange has connected to; `fallback` if its server cannot tell.
    public init(of exchange: OpaquePointer, _ table: UnsafePointer<gt_httpserver>, or fallback: CGIPlace) {
        let offset = MemoryLayout<gt_httpserver>.offset(of: \.local) ?? Int.max
        guard Int(table.pointee.size) > offset, let local = table.pointee.local else {
            self = fallback
            return
        }
        var port: UInt16 = 0
        let host = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            let size = min(local(exchange, text.baseAddress, 64, &port), 63)
            return String(decoding: UnsafeRawBufferPointer(text).prefix(size), as: UTF8.self)
        }
        guard !host.isEmpty else { return }
        self.host = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        self.port = port
    }
}
