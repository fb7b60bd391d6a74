// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var clientChecks: [Check] {
    [
        Check(task: "a task connects and talks") {
            let server = try echoServer()
            let port = try server.listen(0, address: "127.0.0.1")[0].port
            let stream = try await TCPClient().connect("127.0.0.1", port)
            try expect(await stream.ask("hello"), equals: "hello")
            stream.close()
            server.stop()
        },
        Check("main connects before the loop runs") { _ in
            let server = try echoServer()
            let port = try server.listen(0, address: "127.0.0.1")[0].port
            let stream = try TCPClient().connect("localhost", port, family: .inet, timeout: 10)
            try stream.write("hello\n")
            try expect(stream.readUntil("\n"), equals: Array("hello\n".utf8))
            stream.close()
            server.stop()
        },
        Check(callback: "a callback is told of its connection") { _, done in
            let server = try echoServer()
            let port = try server.listen(0, address: "127.0.0.1")[0].port
            TCPClient().connect("127.0.0.1", port) { result in
                server.stop()
                done(result.map { $0.close() })
            }
        },
        Check(task: "a closed port falls back to the next address, of the other family") {
            let server = try echoServer()
            let good = try server.listen(0, address: "127.0.0.1")[0]
            let closed = try closedPort()
            let six = SocketAddress(numeric: "::1", port: closed?.port ?? 1)
            let client = TCPClient(resolver: FixedResolver([six, six, closed, good]))
            let stream = try await client.connect("host", 1)
            try expect(await stream.ask("here"), equals: "here")
            stream.close()
            server.stop()
        },
        Check(task: "an address that does not answer holds nothing up for long") {
            let hole = try Blackhole()
            let server = try echoServer()
            let good = try server.listen(0, address: "127.0.0.1")[0]
            let begin = IOLoop.current.time()
            let client = TCPClient(resolver: FixedResolver([hole.address, good]))
            let stream = try await client.connect("host", 1, timeout: 20)
            let took = IOLoop.current.time() - begin
            try expect(took >= 0.28 && took < 10, "it took \(took) s")
            try expect(await stream.ask("here"), equals: "here")
            stream.close()
            server.stop()
        },
        Check(task: "where all refuse, the error says what was tried") {
            let closed = try closedPort()
            let other = SocketAddress(numeric: "127.0.0.2", port: closed?.port ?? 1)
            let client = TCPClient(resolver: FixedResolver([closed, other]))
            let error = try await failure(TCPClientError.self) { _ = try await client.connect("host", 7) }
            try expect(error.code == .connect, "\(error)")
            try expect(error.attempts.map(\.errno), equals: [ECONNREFUSED, ECONNREFUSED])
            try expect(error.attempts.map(\.address), equals: [closed, other].compactMap { $0 })
            try expect(error.description.contains("host:7") && error.description.contains("127.0.0.2"), "\(error)")
        },
        Check(task: "the time is limited, and nothing stays open") {
            let hole = try Blackhole()
            let client = TCPClient(resolver: FixedResolver([hole.address, hole.address]))
            let before = openDescriptors()
            let error = try await failure(TCPClientError.self) { _ = try await client.connect("host", 1, timeout: 0.5) }
            try expect(error.code == .timeout, "\(error)")
            try expect(error.attempts.count, equals: 2)
            try expect(error.attempts.allSatisfy { $0.errno == 0 }, "\(error)")
            try expect(openDescriptors(), equals: before)
        },
        Check(task: "cancelling a task closes its attempts") {
            let hole = try Blackhole()
            let client = TCPClient(resolver: FixedResolver([hole.address]))
            let before = openDescriptors()
            var outcome: (any Error)?
            let ended = Event()
            let task = IOLoop.current.spawn {
                do { try await client.connect("host", 1).close() } catch { outcome = error }
                ended.set()
            }
            _ = try await Event().wait(timeout: 0.05)
            try expect(openDescriptors(), equals: before + 1)
            task.cancel()
            try await ended.wait(timeout: 10)
            try expect(outcome is CancellationError, "\(String(describing: outcome))")
            try expect(openDescriptors(), equals: before)
        },
        Check("taking a connection back closes its attempts, at any time") { loop in
            let server = try echoServer()
            let port = try server.listen(0, address: "127.0.0.1")[0].port
            for delay in [0, 0.0005, 0.001, 0.002] {
                var calls = 0
                let pending = TCPClient().connect("127.0.0.1", port) { result in
                    calls += 1
                    try result.get().close()
                }
                loop.callLater(delay) {
                    pending.cancel()
                    loop.stop()
                }
                try loop.start()
                try expect(calls <= 1, "\(calls) calls")
            }
            server.stop()
        },
        Check(task: "a host without an address") {
            let error = try await failure(TCPClientError.self) { _ = try await TCPClient().connect(".invalid", 80) }
            try expect(error.code == .resolve && error.cause is ResolverError, "\(error)")
            for (port, source) in [(0, nil), (65536, nil), (80, "nonsense"), (80, "::1")] as [(Int, String?)] {
                let error = try await failure(TCPClientError.self) {
                    _ = try await TCPClient().connect("127.0.0.1", port, family: .inet, sourceIP: source)
                }
                try expect(error.code == .invalid, "\(error)")
            }
        },
        Check(task: "the address to connect from can be chosen") {
            let peer = AsyncResult<SocketAddress>()
            let server = try AsyncTCPServer { _, address in peer.set(address) }
            let port = try server.listen(0, address: "127.0.0.1")[0].port
            let free = try closedPort()?.port ?? 0
            let stream = try await TCPClient().connect("127.0.0.1", port, sourceIP: "127.0.0.3", sourcePort: free)
            try expect(await peer.get(timeout: 10).description, equals: "127.0.0.3:\(free)")
            stream.close()
            server.stop()
        },
        Check(task: "Unix sockets, by path and abstract") {
            for path in ["/tmp/netapp-\(getpid())-u.sock", "@netapp-\(getpid())"] {
                let server = try echoServer()
                try server.listen(unix: path)
                let stream = try await TCPClient().connect(unix: path)
                try expect(await stream.ask("local"), equals: "local")
                stream.close()
                server.stop()
                try expect(access(path, F_OK) != 0, "the file is left")
                let error = try await failure(TCPClientError.self) { _ = try await TCPClient().connect(unix: path) }
                try expect(error.code == .connect, "\(error)")
            }
            let error = try await failure(TCPClientError.self) { _ = try await TCPClient().connect(unix: "") }
            try expect(error.code == .invalid, "\(error)")
        },
    ]
}
