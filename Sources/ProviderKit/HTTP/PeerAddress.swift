// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

package import Glibc

/// The address of one end of a connection as the kernel gave it, in the room that IPv6 needs.
package struct PeerAddress {
    /// Large enough for an Internet address; a Unix client's is cut off, and not shown.
    package typealias Storage = sockaddr_in6

    private let storage: Storage

    package init(_ storage: Storage) {
        self.storage = storage
    }

    /// The address of a connection's own end; that of no Internet address if there is none.
    package init(localOf descriptor: Int32) {
        var storage = Storage()
        var size = socklen_t(MemoryLayout<Storage>.size)
        let code = withUnsafeMutableBytes(of: &storage) { bytes in
            getsockname(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &size)
        }
        self.storage = code == 0 ? storage : Storage()
    }

    private var isInternet: Bool {
        Int32(self.storage.sin6_family) == AF_INET || Int32(self.storage.sin6_family) == AF_INET6
    }

    /// 0 for a Unix socket.
    package var port: UInt16 { self.isInternet ? UInt16(bigEndian: self.storage.sin6_port) : 0 }

    /// Writes the address as text, ending in NUL; returns its length.
    ///
    /// An IPv4 client of an IPv6 socket is shown as IPv4.
    package func write(to text: UnsafeMutablePointer<CChar>, capacity: Int) -> Int {
        guard capacity > 0 else { return 0 }
        text[0] = 0
        guard self.isInternet else { return 0 }
        let family = Int32(self.storage.sin6_family)
        return withUnsafeBytes(of: self.storage) { bytes in
            // The address lies behind family and port (IPv4), or behind family, port and flow information.
            guard let base = bytes.baseAddress else { return 0 }
            let isMapped = family == AF_INET6 && self.isMappedIPv4(base + 8)
            let kind = isMapped ? AF_INET : family
            let offset = family == AF_INET ? 4 : isMapped ? 20 : 8
            guard inet_ntop(kind, base + offset, text, socklen_t(capacity)) != nil else { return 0 }
            return strlen(text)
        }
    }

    private func isMappedIPv4(_ address: UnsafeRawPointer) -> Bool {
        let zeros = address.loadUnaligned(as: UInt64.self)
        let marker = (address + 8).loadUnaligned(as: UInt32.self)
        return zeros == 0 && marker == UInt32(bigEndian: 0x0000_FFFF)
    }
}
