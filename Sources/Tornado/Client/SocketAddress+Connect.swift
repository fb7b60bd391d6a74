// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import TornadoCore

extension SocketAddress {
    /// A non-blocking socket that is connected to the address, or on its way; or the errno value of what failed.
    ///
    /// `source` is the address to connect from, if not the system's choice.
    func connect(from source: SocketAddress? = nil) -> Result<Int32, ClientErrno> {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(self.family.number, type, 0)
        guard descriptor >= 0 else { return .failure(ClientErrno(errno)) }
        if self.family != .unix {
            var one: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        }
        var result: Int32 = 0
        if let source { result = source.withSockaddr { bind(descriptor, $0, $1) } }
        if result == 0 { result = self.withSockaddr { Glibc.connect(descriptor, $0, $1) } }
        // EINTR too: the connection goes on being made.
        if result == 0 || errno == EINPROGRESS || errno == EINTR { return .success(descriptor) }
        let number = errno
        close(descriptor)
        return .failure(ClientErrno(number))
    }

    /// How the connecting of a socket has ended, once it is writable: an errno value, or 0.
    static func connectError(of descriptor: Int32) -> Int32 {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno
    }
}

/// An errno value, as an error.
struct ClientErrno: Error, CustomStringConvertible {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    var description: String { String(cString: strerror(self.number)) }
}
