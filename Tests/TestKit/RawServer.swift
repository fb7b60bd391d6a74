// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// A server that sends exactly these bytes to whoever connects, whatever it is asked.
///
/// One connection after the other is served, on a thread that ends with the object.
public final class RawServer: @unchecked Sendable {
    /// What a connection sees.
    public struct Script: Sendable {
        /// Sent once the request's head is there.
        public var answer: [UInt8]
        /// Sent a byte at a time.
        public var isByteByByte = false
        /// The connection is closed behind the answer; else it stays open until the client closes.
        public var closes = true
        /// The connection is reset instead of closed.
        public var resets = false

        /// An answer, in one piece, and then the end.
        public init(_ answer: [UInt8]) {
            self.answer = answer
        }
    }

    /// The port that it listens on.
    public let port: UInt16
    // Constant, and closed by deinit, when the thread has ended.
    private let listener: Int32
    private let lock = NSLock()
    // Behind the lock.
    private var script: Script
    private var seen = ""

    /// A server on a free port of the loopback address.
    public init(_ script: Script = Script([])) throws {
        self.script = script
        self.listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) + listen(listener, 16) + getsockname(listener, $0, &size)
            }
        }
        guard code == 0 else {
            throw RawClient.Failure(description: "cannot listen: \(String(cString: strerror(errno)))")
        }
        self.port = UInt16(bigEndian: address.sin_port)
        let thread = Thread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                // Shut down by the owner.
                guard connection >= 0, let self else { break }
                self.serve(connection)
                close(connection)
            }
            close(listener)
        }
        thread.start()
    }

    deinit {
        shutdown(self.listener, Int32(SHUT_RDWR))
    }

    /// What connections see from now on.
    public func play(_ script: Script) {
        self.lock.withLock { self.script = script }
    }

    /// The last request, as far as it was there when it was answered, as Latin-1.
    public var request: String { self.lock.withLock { self.seen } }

    private func serve(_ connection: Int32) {
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while !String(decoding: request, as: UTF8.self).contains("\r\n\r\n") {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            request += buffer[..<count]
        }
        let script = self.lock.withLock {
            self.seen = String(String.UnicodeScalarView(request.map { Unicode.Scalar($0) }))
            return self.script
        }
        self.send(script, connection)
        if script.resets {
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        } else if !script.closes {
            while recv(connection, &buffer, buffer.count, 0) > 0 {}
        }
    }

    private func send(_ script: Script, _ connection: Int32) {
        var rest = script.answer[...]
        while !rest.isEmpty {
            let piece = script.isByteByByte ? rest.prefix(1) : rest
            let count = piece.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
            if script.isByteByByte { usleep(100) }
        }
    }
}
