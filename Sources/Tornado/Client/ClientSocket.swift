// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// A non-blocking TCP connection: the system's calls, and nothing else.
struct ClientSocket {
    /// How a call went.
    enum Outcome {
        case done(Int)
        /// It would block.
        case again
        case failed(Int32)
    }

    let descriptor: Int32

    /// Begins to connect; `done` if the connection is there at once.
    static func connect(to address: ClientAddress) -> (socket: ClientSocket?, outcome: Outcome) {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else { return (nil, .failed(errno)) }
        let socket = ClientSocket(descriptor: descriptor)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        let result = address.bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map {
                Glibc.connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            } ?? -1
        }
        if result == 0 { return (socket, .done(0)) }
        // EINTR too: the connection goes on being made.
        return (socket, errno == EINPROGRESS || errno == EINTR ? .again : .failed(errno))
    }

    /// How the connecting ended, once the socket is writable: an errno value, or 0.
    func connectError() -> Int32 {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(self.descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno
    }

    func send(_ bytes: ArraySlice<UInt8>) -> Outcome {
        let count = bytes.withUnsafeBytes {
            Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        return Self.outcome(count)
    }

    func receive(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Outcome {
        Self.outcome(recv(self.descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)))
    }

    func close() {
        Glibc.close(self.descriptor)
    }

    private static func outcome(_ count: Int) -> Outcome {
        if count >= 0 { return .done(count) }
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? .again : .failed(errno)
    }
}

/// A socket address as the system's calls take it.
struct ClientAddress: Sendable, Equatable {
    let family: Int32
    let bytes: [UInt8]

    init(family: Int32, bytes: [UInt8]) {
        self.family = family
        self.bytes = bytes
    }

    /// The address that `text` is, if it is one and no name.
    init?(numeric text: String, port: UInt16) {
        var v4 = sockaddr_in()
        var v6 = sockaddr_in6()
        if inet_pton(AF_INET, text, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            self.init(family: AF_INET, bytes: withUnsafeBytes(of: v4) { Array($0) })
        } else if inet_pton(AF_INET6, text, &v6.sin6_addr) == 1 {
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = port.bigEndian
            self.init(family: AF_INET6, bytes: withUnsafeBytes(of: v6) { Array($0) })
        } else {
            return nil
        }
    }

    /// The addresses of getaddrinfo's answer, in its order.
    static func list(_ answer: UnsafeMutablePointer<addrinfo>?) -> [ClientAddress] {
        var addresses: [ClientAddress] = []
        var next = answer
        while let entry = next {
            if let address = entry.pointee.ai_addr {
                let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.pointee.ai_addrlen))
                addresses.append(ClientAddress(family: entry.pointee.ai_family, bytes: Array(bytes)))
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}
