// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// The other end of a stream: a plain descriptor, used by hand.
final class Peer {
    private(set) var descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        self.close()
    }

    func close() {
        if self.descriptor >= 0 { Glibc.close(self.descriptor) }
        self.descriptor = -1
    }

    /// Closes it so that the other end sees a reset.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(self.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        self.close()
    }

    func endSending() {
        shutdown(self.descriptor, Int32(SHUT_WR))
    }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    func send(_ text: String) {
        self.send(Array(text.utf8))
    }

    /// Sends a byte a turn of the loop, and then does `end`.
    func trickle(_ bytes: [UInt8], on loop: IOLoop, then end: @escaping () -> Void = {}) {
        guard let first = bytes.first else { return end() }
        loop.callLater(0.0005) {
            self.send([first])
            self.trickle(Array(bytes.dropFirst()), on: loop, then: end)
        }
    }

    /// What has come, without waiting; nil at the end.
    func take(_ count: Int = 1 << 20) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = recv(self.descriptor, &bytes, count, Int32(MSG_DONTWAIT))
        if got < 0 { return errno == EAGAIN ? [] : nil }
        return got == 0 ? nil : Array(bytes[..<got])
    }
}

/// A stream and its peer.
struct Ends {
    let stream: IOStream
    let peer: Peer

    /// Over TCP, on the loopback interface.
    static func tcp(_ make: (Int32) throws -> IOStream = { IOStream($0) }) throws -> Ends {
        let (one, other) = try Sockets.tcpPair()
        return Ends(stream: try make(one), peer: Peer(other))
    }

    /// Over Unix sockets.
    static func unix(_ make: (Int32) throws -> IOStream = { IOStream($0) }) throws -> Ends {
        var ends: [Int32] = [-1, -1]
        let code = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        try expect(code == 0, "no descriptors: \(String(cString: strerror(errno)))")
        return Ends(stream: try make(ends[0]), peer: Peer(ends[1]))
    }
}

enum Sockets {
    /// A listening socket on a free port of the loopback interface.
    static func listening() throws -> (descriptor: Int32, port: UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        try expect(listener >= 0 && code, "no listener: \(String(cString: strerror(errno)))")
        return (listener, UInt16(bigEndian: address.sin_port))
    }

    static func unconnected() -> Int32 { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }

    static func tcpPair() throws -> (Int32, Int32) {
        let (listener, port) = try Self.listening()
        defer { close(listener) }
        let client = Self.unconnected()
        var window: Int32 = 65536
        setsockopt(client, SOL_SOCKET, SO_RCVBUF, &window, 4)
        var address = Self.loopback(port)
        let code = withUnsafePointer(to: &address) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let server = accept(listener, nil, nil)
        try expect(code == 0 && server >= 0, "no connection: \(String(cString: strerror(errno)))")
        // Else the kernel may take megabytes.
        var room: Int32 = 65536
        setsockopt(server, SOL_SOCKET, SO_SNDBUF, &room, 4)
        return (server, client)
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
