// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// A client that sends exactly these bytes, and keeps exactly what comes back.
public final class RawClient {
    /// A connection that could not be made or used.
    public struct Failure: Error, CustomStringConvertible {
        /// What failed, and why.
        public let description: String

        /// A failure with what is to be said of it.
        public init(description: String) {
            self.description = description
        }
    }

    private let descriptor: Int32

    /// Connects to a port of the loopback address.
    public init(port: UInt16) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        self.descriptor = try Self.connected(AF_INET, &address, "port \(port)")
        var one: Int32 = 1
        setsockopt(self.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    }

    /// Connects to a Unix socket.
    public init(path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        self.descriptor = try Self.connected(AF_UNIX, &address, path)
    }

    private static func connected<Address>(_ family: Int32, _ address: inout Address, _ what: String) throws -> Int32 {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        let code = withUnsafeBytes(of: &address) {
            connect(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        guard code == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw Failure(description: "cannot connect to \(what): \(reason)")
        }
        return descriptor
    }

    deinit {
        close(self.descriptor)
    }

    /// Sends bytes; those that the other side does not want any more are lost silently.
    public func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends text as UTF-8.
    public func send(_ text: String) {
        self.send(Array(text.utf8))
    }

    /// Sends a byte at a time.
    public func sendByteByByte(_ bytes: [UInt8], pause microseconds: UInt32 = 200) {
        for byte in bytes {
            self.send([byte])
            usleep(microseconds)
        }
    }

    /// Says that nothing more will be sent.
    public func closeSending() {
        shutdown(self.descriptor, Int32(SHUT_WR))
    }

    /// Whether there is something to read, or the other side has closed.
    public var hasInput: Bool {
        var state = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) > 0
    }

    /// Reads until the other side closes, `enough` says so, or `seconds` pass without a byte.
    public func receive(
        seconds: Double = 5,
        until enough: ((String) -> Bool)? = nil
    ) -> (text: String, isClosed: Bool) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            var state = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&state, 1, Int32(seconds * 1000)) > 0 else { return (Self.text(bytes), false) }
            let count = recv(self.descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return (Self.text(bytes), true) }
            bytes += buffer[..<count]
            // Only who asks pays for making text of everything at each piece.
            guard let enough else { continue }
            let text = Self.text(bytes)
            if enough(text) { return (text, false) }
        }
    }

    /// Sends and reads until the other side closes or is silent.
    public static func exchange(port: UInt16, _ text: String, seconds: Double = 5) throws -> String {
        let client = try RawClient(port: port)
        client.send(text)
        return client.receive(seconds: seconds).text
    }

    /// Bytes as Latin-1, so that none is lost.
    private static func text(_ bytes: [UInt8]) -> String {
        String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}
