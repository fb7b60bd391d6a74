// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Where to listen, as written on the command line: `:8888`, `127.0.0.1:8888`, `localhost:8888`, `[::1]:80`,
/// `unix:/path`, `unix:@abstract` or `fd://3`.
public enum ListenAddress: Equatable, Sendable {
    /// All addresses of the machine, on a port; 0 takes a free one.
    case any(port: UInt16)
    /// A host name or numeric address, without brackets.
    case host(String, port: UInt16)
    /// A path in the file system, or an abstract name that begins with `@`.
    case unix(String)
    /// A descriptor that was inherited, already bound.
    case descriptor(Int32)

    /// A text that is no address, with what is wrong and what would be right.
    public struct Malformed: Error, CustomStringConvertible {
        /// One sentence for a person.
        public let description: String
    }

    /// Reads an address; throws ``Malformed`` for anything else.
    public init(_ text: String) throws(Malformed) {
        if let path = ListenAddress.rest(of: text, after: "unix:") {
            self = .unix(try ListenAddress.checkedPath(path, text))
        } else if let number = ListenAddress.rest(of: text, after: "fd://") {
            guard let descriptor = Int32(number), descriptor >= 0 else {
                throw Malformed(description: "\(text): not a descriptor; write fd:// and a number, as in fd://3")
            }
            self = .descriptor(descriptor)
        } else {
            self = try ListenAddress.hostAndPort(text)
        }
    }

    private static func rest(of text: String, after prefix: String) -> String? {
        text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
    }

    private static func checkedPath(_ path: String, _ text: String) throws(Malformed) -> String {
        // sun_path holds 108 bytes, the last of them NUL.
        guard !path.isEmpty, path.utf8.count < 108, !path.utf8.contains(0) else {
            throw Malformed(description: "\(text): the path of a Unix socket has 1 to 107 bytes")
        }
        return path
    }

    private static func hostAndPort(_ text: String) throws(Malformed) -> ListenAddress {
        guard let colon = text.lastIndex(of: ":") else {
            throw Malformed(
                description: "\(text): no port; write :8888, host:8888, [::1]:8888, unix:/path or fd://3"
            )
        }
        guard let port = ListenAddress.port(text[text.index(after: colon)...]) else {
            throw Malformed(description: "\(text): the port behind the last colon is not a number from 0 to 65535")
        }
        var host = text[..<colon]
        if host.isEmpty || host == "*" { return .any(port: port) }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw Malformed(description: "\(text): write an IPv6 address in brackets, as in [::1]:8888")
        }
        guard !host.isEmpty, !host.utf8.contains(0) else {
            throw Malformed(description: "\(text): the host in front of the port is empty")
        }
        return .host(String(host), port: port)
    }

    private static func port(_ digits: Substring) -> UInt16? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return UInt16(digits)
    }
}
