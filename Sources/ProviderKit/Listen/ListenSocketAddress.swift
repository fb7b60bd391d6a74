// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

package import CProviderKit
import Glibc

/// A socket address of any family this server speaks.
package struct ListenSocketAddress {
    /// Why a name has no address.
    struct Unknown: Error {
        let reason: String
    }

    private var storage = sockaddr_storage()
    private var length: socklen_t = 0

    var family: Int32 { Int32(self.storage.ss_family) }

    static func any6(port: UInt16) -> ListenSocketAddress {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        return ListenSocketAddress(address)
    }

    static func any4(port: UInt16) -> ListenSocketAddress {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        return ListenSocketAddress(address)
    }

    /// `path` has at most 107 bytes; an `@` in front makes an abstract name.
    package static func unix(_ path: String) -> ListenSocketAddress {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8.prefix(107))
        let isAbstract = bytes.first == 0x40
        if isAbstract { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        var result = ListenSocketAddress(address)
        // The length tells an abstract name's end; a path's is told by its NUL.
        result.length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1))
        return result
    }

    /// Null if `host` is no numeric address.
    package static func numeric(_ host: String, port: UInt16) -> ListenSocketAddress? {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        guard let info = list else { return nil }
        var address = ListenSocketAddress()
        memcpy(&address.storage, info.pointee.ai_addr, Int(info.pointee.ai_addrlen))
        address.length = info.pointee.ai_addrlen
        // The port is at the same place in both families.
        withUnsafeMutableBytes(of: &address.storage) {
            $0.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
        }
        return address
    }

    static func resolve(host: String, port: UInt16) -> Result<[ListenSocketAddress], Unknown> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { return .failure(Unknown(reason: String(cString: gai_strerror(code)))) }
        defer { freeaddrinfo(list) }
        var found: [ListenSocketAddress] = []
        var entry = list
        while let info = entry {
            var address = ListenSocketAddress()
            memcpy(&address.storage, info.pointee.ai_addr, Int(info.pointee.ai_addrlen))
            address.length = info.pointee.ai_addrlen
            found.append(address)
            entry = info.pointee.ai_next
        }
        return found.isEmpty ? .failure(Unknown(reason: "the name has no address")) : .success(found)
    }

    static func local(of descriptor: Int32) -> ListenSocketAddress {
        var address = ListenSocketAddress()
        address.length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let length = withUnsafeMutablePointer(to: &address.storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                return getsockname(descriptor, pointer, &length) == 0 ? length : 0
            }
        }
        address.length = length
        return address
    }

    private init() {}

    /// `address` is one of C's socket address structs, which are bytes and nothing else.
    private init<Address>(_ address: Address) {
        withUnsafeBytes(of: address) { bytes in
            withUnsafeMutableBytes(of: &self.storage) { $0.copyMemory(from: bytes) }
        }
        self.length = socklen_t(MemoryLayout<Address>.size)
    }

    package mutating func withSockaddr<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        let length = self.length
        return withUnsafePointer(to: &self.storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}

extension ListenSocketAddress: CustomStringConvertible {
    /// `127.0.0.1:8888`, `[::1]:8888`, `unix:/path`; the wildcards are shown as `0.0.0.0` and `[::]`.
    package var description: String {
        switch self.family {
        case AF_INET, AF_INET6: self.hostPort(self.numericHost)
        default: "unix:\(self.unixPath)"
        }
    }

    /// What a person opens: a wildcard becomes the loopback address.
    var url: String {
        switch self.family {
        case AF_INET, AF_INET6:
            let host = self.numericHost
            return "http://\(self.hostPort(host == "0.0.0.0" || host == "::" ? "127.0.0.1" : host))/"
        default:
            return "http+unix:\(self.unixPath)"
        }
    }

    private func hostPort(_ host: String) -> String {
        host.contains(":") ? "[\(host)]:\(self.port)" : "\(host):\(self.port)"
    }

    private var port: UInt16 {
        withUnsafeBytes(of: self.storage) { UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self)) }
    }

    private var numericHost: String {
        let offset = self.family == AF_INET ? 4 : 8
        return withUnsafeBytes(of: self.storage) { bytes in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 46) { text in
                guard let base = bytes.baseAddress, let start = text.baseAddress,
                    inet_ntop(self.family, base + offset, start, 46) != nil
                else { return "?" }
                return String(cString: start)
            }
        }
    }

    private var unixPath: String {
        let offset = MemoryLayout<sa_family_t>.size
        let count = max(0, min(Int(self.length), MemoryLayout<sockaddr_un>.size) - offset)
        return withUnsafeBytes(of: self.storage) { bytes in
            var path = Array(bytes[offset..<offset + count])
            if path.first == 0, path.count > 1 {
                path[0] = 0x40
            } else if let end = path.firstIndex(of: 0) {
                path.removeSubrange(end...)
            }
            return String(decoding: path, as: UTF8.self)
        }
    }
}
