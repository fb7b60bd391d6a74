// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// A handler by override: a greenlet's under gtornado, else one of callbacks.
private final class LineServer: TCPServer {
    override func handleStream(_ stream: IOStream, _ address: SocketAddress) throws {
        if Greenlet.isAvailable {
            while true { try stream.write(stream.readUntil("\n")) }
        }
        self.next(stream)
    }

    private func next(_ stream: IOStream) {
        stream.readUntil("\n") { (line: Result<[UInt8], any Error>) in
            guard case .success(let bytes) = line else { return }
            stream.write(bytes) { _ in }
            self.next(stream)
        }
    }
}

private final class AsyncLineServer: AsyncTCPServer {
    override func handleStream(_ stream: IOStream, _ address: SocketAddress) async throws {
        while true { try await stream.write(stream.readUntil("\n")) }
    }
}

var serverChecks: [Check] {
    [
        Check(task: "handlers by override, synchronous and not") {
            for server in [try LineServer(), try AsyncLineServer()] {
                let port = try server.listen(0, address: "127.0.0.1")[0].port
                let streams = try await [
                    TCPClient().connect("127.0.0.1", port), TCPClient().connect("127.0.0.1", port),
                ]
                for round in 0..<20 {
                    for stream in streams { try expect(await stream.ask("line \(round)"), equals: "line \(round)") }
                }
                for stream in streams { stream.close() }
                server.stop()
                for _ in 0..<1000 where server.connectionCount > 0 { _ = try await Event().wait(timeout: 0.005) }
                try expect(server.connectionCount, equals: 0)
            }
        },
        Check(task: "bind, start, stop: those that are connected go on") {
            let server = try echoServer()
            server.bind(0, address: "127.0.0.1")
            try expect(server.addresses, equals: [])
            try server.start()
            let port = server.addresses[0].port
            let stream = try await TCPClient().connect("127.0.0.1", port)
            try expect(await stream.ask("one"), equals: "one")
            server.stop()
            _ = try await failure(TCPClientError.self) { _ = try await TCPClient().connect("127.0.0.1", port) }
            try expect(await stream.ask("two"), equals: "two")
            try expect(server.connectionCount, equals: 1)
            server.closeAllConnections()
            _ = try await failure(StreamClosedError.self) { _ = try await stream.ask("three") }
            for _ in 0..<1000 where server.connectionCount > 0 { _ = try await Event().wait(timeout: 0.005) }
            try expect(server.connectionCount, equals: 0)
            stream.close()
        },
        Check(task: "an error of a handler closes its stream, and no other's") {
            let server = try AsyncTCPServer { stream, _ in
                let line = try await stream.readUntil("\n")
                if line == Array("bad\n".utf8) { throw CheckFailure(description: "as it was told") }
                try await stream.write(line)
                _ = try await stream.readUntil("\n")
            }
            let port = try server.listen(0, address: "127.0.0.1")[0].port
            let good = try await TCPClient().connect("127.0.0.1", port)
            let bad = try await TCPClient().connect("127.0.0.1", port)
            try await bad.write("bad\n")
            try expect(await bad.readUntilClose(), equals: [])
            try expect(await good.ask("good"), equals: "good")
            good.close()
            bad.close()
            server.stop()
        },
        Check(task: "a server survives having no descriptors left") {
            let server = try echoServer()
            let port = try server.listen(0, address: "127.0.0.1")[0].port
            let first = try await TCPClient().connect("127.0.0.1", port)
            try expect(await first.ask("before"), equals: "before")
            // One client more, whose connection waits in the kernel's queue when none is left for accepting it.
            let late = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            try expect(connectNow(late, port), "it cannot connect")
            let taken = try takeAllDescriptors(copying: late)
            let before = clock()
            _ = try? await Event().wait(timeout: 0.5)
            let spent = clock() - before
            taken.giveBack()
            try expect(spent < 300_000, "it spins: \(spent) µs in half a second")
            try expect(await first.ask("meanwhile"), equals: "meanwhile")
            let stream = IOStream(late)
            try expect(await stream.ask("late"), equals: "late")
            first.close()
            stream.close()
            server.stop()
        },
        Check(task: "two hundred connections at once") {
            let server = try echoServer()
            let port = try server.listen(0, address: "127.0.0.1")[0].port
            var streams: [IOStream] = []
            for _ in 0..<200 { streams.append(try await TCPClient().connect("127.0.0.1", port)) }
            for (index, stream) in streams.enumerated() { try await stream.write("\(index)\n") }
            for (index, stream) in streams.enumerated() {
                try expect(await stream.readUntil("\n"), equals: Array("\(index)\n".utf8))
            }
            for stream in streams { stream.close() }
            server.stop()
        },
    ]
}

/// Every descriptor that the process may have, of which there are few meanwhile.
///
/// With many, whatever another thread opens and closes beside this leaves a high one free, which select(2) cannot hold.
private struct TakenDescriptors {
    let descriptors: [Int32]
    let limit: rlimit

    func giveBack() {
        for descriptor in self.descriptors { close(descriptor) }
        var limit = self.limit
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

private func takeAllDescriptors(copying descriptor: Int32) throws -> TakenDescriptors {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    try expect(getrlimit(resource, &limit) == 0, "no limit to be had")
    var lower = limit
    lower.rlim_cur = min(limit.rlim_cur, rlim_t(FD_SETSIZE))
    try expect(setrlimit(resource, &lower) == 0, "the limit cannot be lowered")
    var descriptors: [Int32] = []
    while true {
        let copy = dup(descriptor)
        if copy < 0 { break }
        descriptors.append(copy)
    }
    return TakenDescriptors(descriptors: descriptors, limit: limit)
}

/// Connects a socket that blocks to a port of 127.0.0.1: the kernel answers before anybody accepts.
private func connectNow(_ socket: Int32, _ port: Int) -> Bool {
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(UInt16(port).bigEndian)
    inet_pton(AF_INET, "127.0.0.1", &place.sin_addr)
    return withUnsafePointer(to: place) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
