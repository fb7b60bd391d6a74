// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Synchronization
import Tornado

/// A server that does to each connection what a script says, on threads of its own.
final class ScriptServer: Sendable {
    /// What is done to a connection.
    enum Step: Sendable {
        /// Reads up to an empty line, and keeps what it read as a request.
        case request
        /// Reads so many bytes more, and adds them to the last request.
        case body(Int)
        case send(String)
        case bytes([UInt8])
        /// Sends a byte at a time, with so many milliseconds between.
        case drip(String, UInt32)
        case sleep(Double)
        /// Reads until the client closes.
        case untilClosed
        /// Sends so many bytes, and counts those that were taken.
        case count(Int, Counter)
        /// Resets instead of closing.
        case reset
    }

    private struct State {
        var scripts: [[Step]]
        var requests: [String] = []
        var accepted = 0
        var closedByClient = 0
        var open: Set<Int32> = []
        var isOver = false
    }

    let port: UInt16
    private let listener: Int32
    private let state: Mutex<State>

    /// A server whose first connection sees the first script, and so on; the last one is for all that follow.
    init(_ scripts: [Step]...) throws {
        self.state = Mutex(State(scripts: scripts))
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) + listen(listener, 64) + getsockname(listener, $0, &size)
            }
        }
        guard code == 0 else { throw CheckFailure(description: "cannot listen: \(String(cString: strerror(errno)))") }
        self.listener = listener
        self.port = UInt16(bigEndian: address.sin_port)
        Threads.start {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                Threads.start { self.serve(connection) }
            }
            close(listener)
        }
    }

    /// One that answers every request with this, and keeps connections.
    static func answering(_ answer: String, times: Int = 100) throws -> ScriptServer {
        try ScriptServer(Array(repeating: [.request, .send(answer)], count: times).flatMap { $0 } + [.untilClosed])
    }

    var url: String { "http://127.0.0.1:\(self.port)/" }
    var requests: [String] { self.state.withLock { $0.requests } }
    var accepted: Int { self.state.withLock { $0.accepted } }
    /// Connections that clients have closed while the server was reading.
    var closedByClient: Int { self.state.withLock { $0.closedByClient } }

    /// Ends it, with all connections.
    func stop() {
        shutdown(self.listener, Int32(SHUT_RDWR))
        self.state.withLock { state in
            state.isOver = true
            for connection in state.open { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private func serve(_ connection: Int32) {
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        let script = self.state.withLock { state in
            state.accepted += 1
            state.open.insert(connection)
            return state.isOver ? [] : state.scripts[min(state.accepted, state.scripts.count) - 1]
        }
        for step in script where !self.run(step, connection) { break }
        self.state.withLock { state in
            state.open.remove(connection)
            close(connection)
        }
    }

    /// Returns whether to go on.
    private func run(_ step: Step, _ connection: Int32) -> Bool {
        switch step {
        case .request:
            guard let head = self.read(connection, until: { $0.suffix(4) == [13, 10, 13, 10] }) else {
                self.state.withLock { $0.closedByClient += 1 }
                return false
            }
            self.state.withLock { $0.requests.append(String(latin1: head)) }
        case .body(let count):
            guard let body = self.read(connection, until: { $0.count == count }) else { return false }
            self.state.withLock { $0.requests[$0.requests.count - 1] += String(latin1: body) }
        case .send(let text): return self.send(Array(text.utf8), connection)
        case .bytes(let bytes): return self.send(bytes, connection)
        case .drip(let text, let pause):
            for byte in text.utf8 {
                guard self.send([byte], connection) else { return false }
                usleep(pause * 1000)
            }
        case .sleep(let seconds): usleep(UInt32(seconds * 1_000_000))
        case .untilClosed:
            while self.read(connection, until: { _ in true }) != nil {}
            self.state.withLock { $0.closedByClient += 1 }
        case .count(let size, let counter):
            let piece = [UInt8](repeating: 0x78, count: 64 * 1024)
            while counter.value < size {
                let part = Array(piece.prefix(size - counter.value))
                guard self.send(part, connection) else { return false }
                counter.add(part.count)
            }
        case .reset:
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
            return false
        }
        return true
    }

    private func read(_ connection: Int32, until isEnough: ([UInt8]) -> Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            guard recv(connection, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
            if isEnough(bytes) { return bytes }
        }
    }

    private func send(_ bytes: [UInt8], _ connection: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// A number that two threads look at.
final class Counter: Sendable {
    private let count = Atomic(0)

    var value: Int { self.count.load(ordering: .relaxed) }

    func add(_ more: Int) { self.count.add(more, ordering: .relaxed) }
}

/// Runs `body` with a server that ends with it.
func with<Value>(_ server: ScriptServer, _ body: (ScriptServer) throws -> Value) rethrows -> Value {
    defer { server.stop() }
    return try body(server)
}

/// An answer with a body and its length.
func ok(_ body: String, _ fields: String = "") -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}

/// An answer that asks for another request.
func redirect(_ status: Int, _ location: String, _ fields: String = "") -> String {
    "HTTP/1.1 \(status) Elsewhere\r\nLocation: \(location)\r\nContent-Length: 0\r\n\(fields)\r\n"
}
