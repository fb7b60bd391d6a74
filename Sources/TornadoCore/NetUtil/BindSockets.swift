// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import ProviderKit

/// Why a socket cannot listen.
public struct BindError: Error, Hashable, CustomStringConvertible {
    /// The system's number; 0 where the system was not asked.
    public let errno: Int32
    /// What failed, on what, why, and what to try.
    public let description: String

    init(_ errno: Int32, _ description: String) {
        self.errno = errno
        self.description = description
    }

    fileprivate init(_ errno: Int32, at place: String) {
        let remedy =
            switch errno {
            case EADDRINUSE: "; stop what listens there, or choose another port (0 takes a free one)"
            case EACCES: "; ports below 1024 need privileges: choose another, or grant them"
            case EADDRNOTAVAIL: "; give an address of this machine"
            case EMFILE, ENFILE: "; raise the limit of open files (ulimit -n)"
            default: ""
            }
        self.init(errno, "Cannot listen on \(place): \(OSError.text(errno))\(remedy)")
    }
}

/// Listens on a port of every address that a host has on this machine.
///
/// ```swift
/// let sockets = try bindSockets(8888, "localhost")
/// server.addSockets(sockets)
/// ```
///
/// - Parameters:
///   - port: 0 takes a free one, the same for all addresses.
///   - address: A host of this machine, looked up while the caller waits; null or empty: every interface.
///   - family: What kind of addresses to use.
///   - backlog: The queue of connections not yet accepted; 0 is the default, and the system has a limit.
///   - flags: getaddrinfo's, as in `AI_PASSIVE | AI_NUMERICHOST`; null is `AI_PASSIVE`, without which no address means this
///     machine's own (127.0.0.1, ::1).
///   - reusePort: Lets several processes listen on the port.
/// - Returns: Sockets that listen, one or more, non-blocking and closed on exec; the caller's to close.
/// - Throws: ``BindError`` or ``ResolverError``; nothing is left open then.
public func bindSockets(
    _ port: Int,
    _ address: String? = nil,
    family: AddressFamily = .unspecified,
    backlog: Int = 0,
    flags: Int32? = nil,
    reusePort: Bool = false
) throws -> [Int32] {
    guard (0...65535).contains(port) else {
        throw BindError(EINVAL, "Cannot listen on port \(port): a port is a number from 0 to 65535")
    }
    let places = try BoundSockets.places(address ?? "", port, family, flags ?? AI_PASSIVE)
    var sockets = BoundSockets(backlog: backlog, reusePort: reusePort)
    do {
        for place in places { try sockets.bind(place) }
    } catch {
        sockets.closeAll()
        throw error
    }
    return sockets.descriptors
}

/// Listens on a Unix socket.
///
/// A socket file that nobody listens on any more is taken over; one in use, or a file of another kind, is refused.
///
/// - Parameters:
///   - file: A path of 1 to 107 bytes, or behind an `@` an abstract name.
///   - mode: Who may connect: the file has these rights from the beginning. Abstract names have none.
///   - backlog: The queue of connections not yet accepted; 0 is the default.
/// - Returns: A socket that listens, non-blocking and closed on exec; the caller's to close. The file stays: remove it then.
/// - Throws: ``BindError``.
public func bindUnixSocket(_ file: String, mode: UInt32 = 0o600, backlog: Int = 0) throws -> Int32 {
    guard SocketAddress(unix: file) != nil else {
        let why = "the path of a Unix socket has 1 to 107 bytes and no NUL"
        throw BindError(EINVAL, "Cannot listen on unix:\(file): \(why)")
    }
    do {
        return try ListenSocket(.unix(file), backlog: Int32(clamping: backlog), mode: mode).descriptor
    } catch {
        throw BindError(error.code, error.description)
    }
}

/// The sockets of one ``bindSockets(_:_:family:backlog:flags:reusePort:)``.
private struct BoundSockets {
    let backlog: Int32
    let reusePort: Bool
    private(set) var descriptors: [Int32] = []
    /// The port that the first one got, for the others.
    private var port: Int?

    init(backlog: Int, reusePort: Bool) {
        self.backlog = backlog > 0 ? Int32(clamping: backlog) : ListenSocket.defaultBacklog
        self.reusePort = reusePort
    }

    /// The addresses to listen on.
    static func places(
        _ host: String,
        _ port: Int,
        _ family: AddressFamily,
        _ flags: Int32
    ) throws -> [SocketAddress] {
        if host.isEmpty {
            let hosts = flags & AI_PASSIVE != 0 ? ["0.0.0.0", "::"] : ["127.0.0.1", "::1"]
            let all = hosts.compactMap { SocketAddress(numeric: $0, port: port) }
            return all.filter { family == .unspecified || family == $0.family }
        }
        let question = Lookup.Question(host: host, port: UInt16(port), family: family, flags: flags)
        let found = try (question.ownAnswer ?? LookupThread.ask(question)).get()
        // A host may be named twice in the hosts file.
        var seen: Set<SocketAddress> = []
        return found.filter { seen.insert($0).inserted }
    }

    mutating func bind(_ place: SocketAddress) throws(BindError) {
        var place = place
        if place.port == 0, let port = self.port { place.port = port }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(place.family.number, kind, 0)
        guard descriptor >= 0 else {
            // A machine without IPv6.
            if errno == EAFNOSUPPORT, !self.descriptors.isEmpty { return }
            throw BindError(errno, at: place.description)
        }
        self.prepare(descriptor, place.family)
        let bound = place.withSockaddr { Glibc.bind(descriptor, $0, $1) } == 0
        guard bound, listen(descriptor, self.backlog) == 0 else {
            let code = errno
            close(descriptor)
            // IPv6 is there, but switched off.
            if code == EADDRNOTAVAIL, place.family == .inet6, !self.descriptors.isEmpty { return }
            throw BindError(code, at: place.description)
        }
        self.descriptors.append(descriptor)
        self.port = self.port ?? SocketAddress(localOf: descriptor)?.port
    }

    func closeAll() {
        for descriptor in self.descriptors { close(descriptor) }
    }

    private func prepare(_ descriptor: Int32, _ family: AddressFamily) {
        Self.set(descriptor, SOL_SOCKET, SO_REUSEADDR)
        if self.reusePort { Self.set(descriptor, SOL_SOCKET, SO_REUSEPORT) }
        // IPv4 has a socket of its own.
        if family == .inet6 { Self.set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
        // Accepted sockets inherit it: one call for all connections.
        Self.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32) {
        var one: Int32 = 1
        _ = setsockopt(descriptor, level, name, &one, socklen_t(MemoryLayout<Int32>.size))
    }
}

/// Whether a text is an IPv4 or IPv6 address, and no name.
public func isValidIP(_ text: String) -> Bool {
    SocketAddress(numeric: text, port: 0) != nil
}
