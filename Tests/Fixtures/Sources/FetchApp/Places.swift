// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Answers with the addresses it is told, in that order, whatever the host; or never.
final class FixedResolver: Resolver {
    private let addresses: [SocketAddress]?
    private(set) var cancelled = 0

    init(_ addresses: [SocketAddress?]?) {
        self.addresses = addresses?.compactMap { $0 }
    }

    func resolve(
        _ host: String,
        _ port: Int,
        family: AddressFamily,
        _ callback: @escaping (Result<[SocketAddress], any Error>) throws -> Void
    ) -> Pending {
        guard let addresses = self.addresses else { return Pending { self.cancelled += 1 } }
        let timer = IOLoop.current.callLater(0) { try callback(.success(addresses)) }
        return Pending { timer.cancel() }
    }
}

/// A port of 127.0.0.1 where nobody listens.
func closedPort() throws -> Int {
    let sockets = try bindSockets(0, "127.0.0.1")
    defer { close(sockets[0]) }
    return SocketAddress(localOf: sockets[0])?.port ?? 0
}

/// A place that never answers: it listens, but its queue is full.
final class Blackhole {
    private(set) var address: SocketAddress?
    private var sockets: [Int32] = []

    init() throws {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        self.sockets = [listener]
        withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, size) + listen(listener, 0) + getsockname(listener, $0, &size)
            }
        }
        self.address = SocketAddress(localOf: listener)
        // Until the kernel leaves one without an answer.
        for _ in 0..<16 {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | O_CLOEXEC, 0)
            self.sockets.append(client)
            withUnsafeMutablePointer(to: &place) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(client, $0, size) }
            }
            var poll = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
            if Glibc.poll(&poll, 1, 50) == 0 { return }
        }
        throw CheckFailure(description: "the queue does not fill")
    }

    var port: Int { self.address?.port ?? 0 }

    func close() {
        for socket in self.sockets { Glibc.close(socket) }
        self.sockets = []
    }

    deinit { self.close() }
}

extension ScriptServer {
    var address: SocketAddress? { SocketAddress(numeric: "127.0.0.1", port: Int(self.port)) }
}
