// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit
import Glibc

/// A socket that listens, non-blocking and closed on exec.
public struct ListenSocket {
    /// Why a socket could not be made to listen.
    public struct Failure: Error, CustomStringConvertible {
        /// The errno value.
        public let code: Int32
        /// What failed, on what, why, and what to try.
        public let description: String
    }

    /// The descriptor.
    public let descriptor: Int32
    /// As bound: `127.0.0.1:8888`, `[::1]:8888`, `unix:/path`.
    public let address: String
    /// What a person opens.
    public let url: String
    /// The path to remove when the socket is closed; nil for others, and for inherited ones.
    public let pathToRemove: String?

    /// The default backlog; the kernel cuts it to `net.core.somaxconn`.
    public static let defaultBacklog: Int32 = 2048

    /// Binds and listens.
    ///
    /// Several sockets can share a port with `reusePort`. `mode` is who may connect to a Unix socket; nil: whom the umask lets.
    public init(
        _ address: ListenAddress,
        backlog: Int32 = 0,
        reusePort: Bool = false,
        mode: UInt32? = nil
    ) throws(Failure) {
        let backlog = backlog > 0 ? backlog : ListenSocket.defaultBacklog
        switch address {
        case .any(let port):
            try self.init(anyPort: port, backlog, reusePort)
        case .host(let host, let port):
            try self.init(host: host, port: port, backlog, reusePort)
        case .unix(let path):
            try self.init(path: path, backlog, mode)
        case .descriptor(let descriptor):
            try self.init(inherited: descriptor, backlog)
        }
    }

    /// One socket for both families where the machine has IPv6, else IPv4 alone.
    private init(anyPort port: UInt16, _ backlog: Int32, _ reusePort: Bool) throws(Failure) {
        var six = ListenSocketAddress.any6(port: port)
        do {
            try self.init(&six, shown: ":\(port)", backlog, reusePort, dualStack: true)
        } catch let failure where failure.code == EAFNOSUPPORT || failure.code == EADDRNOTAVAIL {
            var four = ListenSocketAddress.any4(port: port)
            try self.init(&four, shown: ":\(port)", backlog, reusePort)
        }
    }

    private init(host: String, port: UInt16, _ backlog: Int32, _ reusePort: Bool) throws(Failure) {
        var found: [ListenSocketAddress]
        switch ListenSocketAddress.resolve(host: host, port: port) {
        case .success(let addresses): found = addresses
        case .failure(let unknown):
            throw Failure(
                code: EADDRNOTAVAIL,
                description: "cannot listen on \(host):\(port): \(unknown.reason); give an address of this machine"
            )
        }
        let shown = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        try self.init(&found[0], shown: shown, backlog, reusePort)
    }

    private init(
        _ address: inout ListenSocketAddress,
        shown: String,
        _ backlog: Int32,
        _ reusePort: Bool,
        dualStack: Bool = false
    ) throws(Failure) {
        let descriptor = try ListenSocket.open(family: address.family, shown: shown)
        ListenSocket.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if reusePort { ListenSocket.set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) }
        if address.family == AF_INET6 {
            ListenSocket.set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, dualStack ? 0 : 1)
        }
        // Accepted sockets inherit it: one call for all connections.
        ListenSocket.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        let bound = address.withSockaddr { bind(descriptor, $0, $1) }
        guard bound == 0, Glibc.listen(descriptor, backlog) == 0 else {
            throw ListenSocket.failed(shown, closing: descriptor)
        }
        self.init(listening: descriptor, pathToRemove: nil)
    }

    /// A path that nobody listens on any more is taken over; one in use, or another kind of file, is refused.
    private init(path: String, _ backlog: Int32, _ mode: UInt32?) throws(Failure) {
        let shown = "unix:\(path)"
        var address = ListenSocketAddress.unix(path)
        if !path.hasPrefix("@") { try ListenSocket.removeStale(path, &address, shown) }
        let descriptor = try ListenSocket.open(family: AF_UNIX, shown: shown)
        let bound = address.withSockaddr { bind(descriptor, $0, $1) }
        // Nobody can connect before it listens.
        let isReady = bound == 0 && ListenSocket.allow(mode, path)
        guard isReady, Glibc.listen(descriptor, backlog) == 0 else {
            throw ListenSocket.failed(shown, closing: descriptor)
        }
        self.init(listening: descriptor, pathToRemove: path.hasPrefix("@") ? nil : path)
    }

    private static func allow(_ mode: UInt32?, _ path: String) -> Bool {
        guard let mode, !path.hasPrefix("@") else { return true }
        return chmod(path, mode) == 0
    }

    private init(inherited descriptor: Int32, _ backlog: Int32) throws(Failure) {
        let shown = "fd://\(descriptor)"
        var kind: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &length) == 0 else {
            let code = errno
            let why = code == EBADF ? "no such descriptor was inherited" : "it is no socket"
            throw Failure(code: code, description: "cannot listen on \(shown): \(why); pass a bound stream socket")
        }
        guard kind == Int32(SOCK_STREAM.rawValue) else {
            throw Failure(code: EINVAL, description: "cannot listen on \(shown): not a stream socket")
        }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        // On a Unix socket this fails, which does no harm.
        ListenSocket.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        guard Glibc.listen(descriptor, backlog) == 0 else {
            let code = errno
            throw Failure(code: code, description: "cannot listen on \(shown): \(ListenSocket.text(code))")
        }
        self.init(listening: descriptor, pathToRemove: nil)
    }

    private init(listening descriptor: Int32, pathToRemove: String?) {
        self.descriptor = descriptor
        let name = ListenSocketAddress.local(of: descriptor)
        self.address = name.description
        self.url = name.url
        self.pathToRemove = pathToRemove
    }

    private static func open(family: Int32, shown: String) throws(Failure) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw self.failed(shown, closing: -1) }
        return descriptor
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        _ = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func removeStale(
        _ path: String,
        _ address: inout ListenSocketAddress,
        _ shown: String
    ) throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw Failure(
                code: EEXIST,
                description: "cannot listen on \(shown): a file that is no socket is there; choose another path"
            )
        }
        let probe = try self.open(family: AF_UNIX, shown: shown)
        defer { close(probe) }
        let inUse = address.withSockaddr { connect(probe, $0, $1) } == 0 || errno == EAGAIN
        if inUse { throw Failure(code: EADDRINUSE, description: self.sentence(EADDRINUSE, shown)) }
        unlink(path)
    }

    private static func failed(_ shown: String, closing descriptor: Int32) -> Failure {
        let code = errno
        if descriptor >= 0 { close(descriptor) }
        return Failure(code: code, description: self.sentence(code, shown))
    }

    private static func sentence(_ code: Int32, _ shown: String) -> String {
        let advice =
            switch code {
            case EADDRINUSE: "; stop what listens there, or choose another port (0 takes a free one)"
            case EACCES: "; ports below 1024 and protected folders need privileges: choose another, or grant them"
            case EADDRNOTAVAIL: "; give an address of this machine"
            case EMFILE, ENFILE: "; raise the limit of open files (ulimit -n)"
            default: ""
            }
        return "cannot listen on \(shown): \(self.text(code))\(advice)"
    }

    static func text(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
