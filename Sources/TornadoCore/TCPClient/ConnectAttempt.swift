// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// A socket on its way to one address.
///
/// The loop holds it, by its handler, until it is over.
final class ConnectAttempt {
    let address: SocketAddress
    private let loop: IOLoop
    private var descriptor: Int32 = -1
    private var done: ((ConnectAttempt, Result<Int32, ConnectFailure>) -> Void)?

    init(
        _ address: SocketAddress,
        _ loop: IOLoop,
        _ done: @escaping (ConnectAttempt, Result<Int32, ConnectFailure>) -> Void
    ) {
        self.address = address
        self.loop = loop
        self.done = done
    }

    /// Begins; `done` may be called inside this call.
    func begin(from source: SocketAddress?) {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        self.descriptor = socket(self.address.family.number, type, 0)
        guard self.descriptor >= 0 else { return self.end(errno) }
        if self.address.family != .unix { self.set(Int32(IPPROTO_TCP), TCP_NODELAY) }
        if let source, !self.bind(to: source) { return self.end(errno) }
        let result = self.address.withSockaddr { connect(self.descriptor, $0, $1) }
        if result == 0 { return self.end(0) }
        // EINTR too: the connection goes on being made. A Unix socket whose queue is full says EAGAIN, and is not connecting.
        guard errno == EINPROGRESS || errno == EINTR else { return self.end(errno) }
        do {
            try self.loop.addReadinessHandler(self.descriptor, .write) { _, _ in self.isReady() }
        } catch {
            self.end(EBADF)
        }
    }

    /// Closes the socket; there is no call.
    func cancel() {
        self.done = nil
        self.closeSocket()
    }

    private func bind(to source: SocketAddress) -> Bool {
        if source.port != 0 { self.set(SOL_SOCKET, SO_REUSEADDR) }
        return source.withSockaddr { Glibc.bind(self.descriptor, $0, $1) } == 0
    }

    private func set(_ level: Int32, _ name: Int32) {
        var one: Int32 = 1
        setsockopt(self.descriptor, level, name, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    private func isReady() {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        let code = getsockopt(self.descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        self.end(code == 0 ? error : errno)
    }

    private func end(_ number: Int32) {
        guard let done = self.done else { return }
        self.done = nil
        guard number == 0 else {
            self.closeSocket()
            return done(self, .failure(ConnectFailure(errno: number)))
        }
        let descriptor = self.descriptor
        // There is no handler where the connection was there at once.
        try? self.loop.removeHandler(descriptor)
        self.descriptor = -1
        done(self, .success(descriptor))
    }

    private func closeSocket() {
        guard self.descriptor >= 0 else { return }
        try? self.loop.removeHandler(self.descriptor)
        Glibc.close(self.descriptor)
        self.descriptor = -1
    }
}

/// Why one address cannot be connected to.
struct ConnectFailure: Error {
    let errno: Int32
}
