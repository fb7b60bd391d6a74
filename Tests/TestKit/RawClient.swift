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
    }

    private let descriptor: Int32

    /// Connects to a port of the loopback address.
    public init(port: UInt16) throws {
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            throw Failure(description: "cannot connect to port \(port): \(String(cString: strerror(errno)))")
        }
        var one: Int32 = 1
        setsockopt(self.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
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
