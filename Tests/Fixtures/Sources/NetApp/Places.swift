// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Answers with the addresses it is told, in that order, whatever the host.
final class FixedResolver: Resolver {
    private let addresses: [SocketAddress]

    init(_ addresses: [SocketAddress?]) {
        self.addresses = addresses.compactMap { $0 }
    }

    func resolve(
        _ host: String,
        _ port: Int,
        family: AddressFamily,
        _ callback: @escaping (Result<[SocketAddress], any Error>) throws -> Void
    ) -> Pending {
        let timer = IOLoop.current.callLater(0) { try callback(.success(self.addresses)) }
        return Pending { timer.cancel() }
    }
}

/// A port of 127.0.0.1 where nobody listens.
func closedPort() throws -> SocketAddress? {
    let sockets = try bindSockets(0, "127.0.0.1")
    defer { close(sockets[0]) }
    return SocketAddress(localOf: sockets[0])
}

/// A place that never answers: it listens, but its queue is full.
final class Blackhole {
    let address: SocketAddress
    private var sockets: [Int32]

    init(_ host: String = "127.0.0.1") throws {
        self.sockets = try bindSockets(0, host, backlog: 1)
        guard let address = SocketAddress(localOf: self.sockets[0]) else {
            throw CheckFailure(description: "no address")
        }
        self.address = address
        // Until the kernel leaves one without an answer.
        for _ in 0..<16 {
            let socket = try self.connecting()
            self.sockets.append(socket)
            var poll = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            if Glibc.poll(&poll, 1, 50) == 0 { return }
        }
        throw CheckFailure(description: "the queue does not fill")
    }

    deinit {
        for socket in self.sockets { close(socket) }
    }

    private func connecting() throws -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(self.address.family.number, kind, 0)
        try expect(socket >= 0, "no socket")
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = in_port_t(UInt16(self.address.port).bigEndian)
        inet_pton(AF_INET, self.address.host, &place.sin_addr)
        withUnsafePointer(to: place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return socket
    }
}

/// A server that says every line again, on 127.0.0.1 and perhaps elsewhere.
func echoServer() throws -> AsyncTCPServer {
    try AsyncTCPServer { stream, _ in
        while true { try await stream.write(stream.readUntil("\n")) }
    }
}

extension IOStream {
    /// Says a line and reads one.
    func ask(_ line: String) async throws -> String {
        try await self.write(line + "\n")
        return String(decoding: try await self.readUntil("\n").dropLast(), as: UTF8.self)
    }
}
