// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

package import Glibc

/// Where a socket is, or connects to: an IPv4 or IPv6 address and a port, or the name of a Unix socket.
///
/// ```swift
/// let address = SocketAddress(numeric: "fe80::1%eth0", port: 8888)
/// print(SocketAddress(unix: "/run/app.sock")?.description ?? "")
/// ```
public struct SocketAddress: Sendable, Hashable {
    /// What kind it is.
    public let family: AddressFamily
    /// One of C's socket address structs, as long as the system's calls want it.
    package private(set) var bytes: [UInt8]

    /// The address that `text` is, if it is one and no name.
    ///
    /// - Parameters:
    ///   - text: `127.0.0.1`, `::1`, or with a scope `fe80::1%eth0` or `fe80::1%2`.
    ///   - port: Any number; what does not fit into 16 bits is no address.
    public init?(numeric text: String, port: Int) {
        guard let port = UInt16(exactly: port), !text.utf8.contains(0) else { return nil }
        var v4 = sockaddr_in()
        if inet_pton(AF_INET, text, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            self.init(v4, .inet)
        } else if let v6 = Self.inet6(text, port) {
            self.init(v6, .inet6)
        } else {
            return nil
        }
    }

    /// A Unix socket's.
    ///
    /// - Parameter path: Where it is in the file system, or behind an `@` its abstract name; 1 to 107 bytes without a NUL,
    ///   anything else is no address.
    public init?(unix path: String) {
        let count = path.utf8.count
        guard count > 0, count < 108, !path.utf8.contains(0) else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = path.utf8.first == UInt8(ascii: "@")
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: path.utf8)
            if isAbstract { $0[0] = 0 }
        }
        self.init(address, .unix)
        // An abstract name ends where the address ends; a path at its NUL.
        self.bytes.removeLast(self.bytes.count - MemoryLayout<sa_family_t>.size - count - (isAbstract ? 0 : 1))
    }

    /// An address as the system gives it; null if its family is not spoken here.
    init?(_ address: UnsafePointer<sockaddr>, length: Int) {
        guard length >= MemoryLayout<sa_family_t>.size, length <= MemoryLayout<sockaddr_storage>.size,
            let family = AddressFamily(number: Int32(address.pointee.sa_family))
        else { return nil }
        let least = family == .inet ? MemoryLayout<sockaddr_in>.size : family == .inet6 ? 24 : 0
        guard length >= least else { return nil }
        self.family = family
        self.bytes = Array(UnsafeRawBufferPointer(start: address, count: length))
    }

    /// `address` is one of C's socket address structs, which are bytes and nothing else.
    private init<Address>(_ address: Address, _ family: AddressFamily) {
        self.family = family
        self.bytes = withUnsafeBytes(of: address) { Array($0) }
    }

    private static func inet6(_ text: String, _ port: UInt16) -> sockaddr_in6? {
        var address = sockaddr_in6()
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard inet_pton(AF_INET6, String(parts[0]), &address.sin6_addr) == 1 else { return nil }
        if parts.count == 2 {
            // The number of an interface, or its name.
            let scope = UInt32(parts[1]) ?? if_nametoindex(String(parts[1]))
            guard scope > 0 else { return nil }
            address.sin6_scope_id = scope
        }
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        return address
    }

    // MARK: What is in it

    /// The port; 0 for a Unix socket.
    public var port: Int {
        get { self.isInternet ? Int(self.bytes[2]) << 8 | Int(self.bytes[3]) : 0 }
        set {
            guard self.isInternet, let port = UInt16(exactly: newValue) else { return }
            self.bytes[2] = UInt8(port >> 8)
            self.bytes[3] = UInt8(truncatingIfNeeded: port)
        }
    }

    /// The address without its port: `127.0.0.1`, `fe80::1%2`; of a Unix socket its path, or `@` and its abstract name, empty
    /// where it has none.
    public var host: String {
        switch self.family {
        case .inet: Self.text(AF_INET, self.bytes, at: 4)
        case .inet6: Self.text(AF_INET6, self.bytes, at: 8) + (self.scope == 0 ? "" : "%\(self.scope)")
        case .unix, .unspecified: self.path
        }
    }

    private var isInternet: Bool { self.family == .inet || self.family == .inet6 }

    private var scope: UInt32 {
        guard self.bytes.count >= 28 else { return 0 }
        return self.bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 24, as: UInt32.self) }
    }

    private var path: String {
        let name = self.bytes.dropFirst(MemoryLayout<sa_family_t>.size)
        guard name.first == 0, name.count > 1 else { return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) }
        return "@" + String(decoding: name.dropFirst(), as: UTF8.self)
    }

    private static func text(_ family: Int32, _ bytes: [UInt8], at offset: Int) -> String {
        bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
                guard let base = bytes.baseAddress, let start = text.baseAddress,
                    inet_ntop(family, base + offset, start, socklen_t(INET6_ADDRSTRLEN)) != nil
                else { return "?" }
                return String(cString: start)
            }
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `127.0.0.1:8888`, `[::1]:8888`, `unix:/path`.
    public var description: String {
        switch self.family {
        case .inet: "\(self.host):\(self.port)"
        case .inet6: "[\(self.host)]:\(self.port)"
        case .unix, .unspecified: "unix:\(self.path)"
        }
    }
}

/// What the system's calls take and give.
extension SocketAddress {
    /// The addresses of getaddrinfo's answer, in its order.
    static func list(_ answer: UnsafeMutablePointer<addrinfo>?) -> [SocketAddress] {
        var addresses: [SocketAddress] = []
        var next = answer
        while let entry = next {
            if let address = entry.pointee.ai_addr,
                let one = SocketAddress(address, length: Int(entry.pointee.ai_addrlen))
            {
                addresses.append(one)
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }

    /// A socket's own address; null if it is none, or of a family that is not spoken here.
    public init?(localOf descriptor: Int32) {
        self.init(asking: getsockname, descriptor)
    }

    /// The address at the other end of a connected socket; null if there is none.
    public init?(peerOf descriptor: Int32) {
        self.init(asking: getpeername, descriptor)
    }

    private init?(
        asking call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32,
        _ descriptor: Int32
    ) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let found = withUnsafeMutableBytes(of: &storage) { bytes -> SocketAddress? in
            guard let place = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                call(descriptor, place, &length) == 0
            else { return nil }
            return SocketAddress(place, length: Int(length))
        }
        guard let found else { return nil }
        self = found
    }

    /// Calls `body` with the address as C has it.
    package func withSockaddr<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        // Copied to where it is aligned as C has it.
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: self.bytes) }
        return withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(self.bytes.count)) }
        }
    }
}
