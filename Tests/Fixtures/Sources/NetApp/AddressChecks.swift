// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var addressChecks: [Check] {
    [
        Check("main can resolve before the loop runs") { _ in
            let found = try DefaultResolver().resolve("localhost", 80, family: .inet)
            try expect(found.map(\.description), equals: ["127.0.0.1:80"])
            let error = try failure(ResolverError.self) { _ = try DefaultResolver().resolve(".invalid", 80) }
            try expect(error.description.contains("'.invalid'"), "\(error)")
        },
        Check(task: "a task resolves") {
            let found = try await CachingResolver().resolve("::1", 80)
            try expect(found.map(\.description), equals: ["[::1]:80"])
            _ = try await failure(ResolverError.self) { _ = try await ThreadedResolver().resolve(".invalid", 80) }
        },
        Check(callback: "a callback is told of addresses") { _, done in
            DefaultResolver().resolve("127.0.0.9", 80) { answer in
                done(Result { try expect(answer.get().map(\.host), equals: ["127.0.0.9"]) })
            }
        },
        Check("a blocking form inside a running loop says what to do") { loop in
            var text = ""
            loop.spawnCallback {
                do { _ = try DefaultResolver().resolve("127.0.0.1", 80) } catch { text = "\(error)" }
                loop.stop()
            }
            try loop.start()
            let words = Greenlet.isAvailable ? "where nothing can wait" : "needs greenlets"
            try expect(text.contains(words), text)
        },
        Check("sockets of all interfaces share a free port") { _ in
            let sockets = try bindSockets(0)
            defer { for socket in sockets { close(socket) } }
            let addresses = sockets.compactMap { SocketAddress(localOf: $0) }
            try expect(Set(addresses.map(\.port)).count, equals: 1)
            try expect(addresses.first?.host, equals: "0.0.0.0")
            let port = addresses[0].port
            let error = try failure(BindError.self) { _ = try bindSockets(port, "127.0.0.1") }
            try expect(error.errno, equals: EADDRINUSE)
            try expect(error.description.contains("127.0.0.1:\(port)"), "\(error)")
        },
        Check("what cannot be bound says why, and leaves nothing open") { _ in
            let places: [(Int, String?)] = [(-1, nil), (65536, nil), (0, "192.0.2.1"), (0, ".invalid"), (0, "")]
            for (port, host) in places {
                do {
                    for socket in try bindSockets(port, host, family: host == "" ? .unix : .unspecified) {
                        close(socket)
                        throw CheckFailure(description: "it has bound \(port), \(host ?? "")")
                    }
                } catch let error as CheckFailure {
                    throw error
                } catch {
                    try expect(error is BindError || error is ResolverError, "\(error)")
                }
            }
        },
        Check("getaddrinfo's flags are for addresses to listen on") { _ in
            func hosts(_ address: String?, _ flags: Int32?, _ family: AddressFamily = .inet) throws -> [String] {
                let sockets = try bindSockets(0, address, family: family, flags: flags)
                defer { for socket in sockets { close(socket) } }
                return sockets.compactMap { SocketAddress(localOf: $0)?.host }
            }
            try expect(hosts(nil, nil), equals: ["0.0.0.0"])
            try expect(hosts(nil, AI_PASSIVE), equals: ["0.0.0.0"])
            try expect(hosts(nil, 0), equals: ["127.0.0.1"])
            try expect(hosts("127.0.0.7", AI_PASSIVE | AI_NUMERICHOST), equals: ["127.0.0.7"])
            try expect(hosts("localhost", 0), equals: ["127.0.0.1"])
            for (host, flags, code) in [
                ("localhost", AI_NUMERICHOST, EAI_NONAME), ("127.0.0.1", 0x4000_0000, EAI_BADFLAGS),
            ] {
                let error = try failure(ResolverError.self) { _ = try hosts(host, flags) }
                try expect(error.code, equals: code)
            }
            let server = try echoServer()
            let bound = try server.listen(0, family: .inet, flags: 0)
            try expect(bound.map(\.host), equals: ["127.0.0.1"])
            server.stop()
        },
        Check("several processes may share a port") { _ in
            let first = try bindSockets(0, "127.0.0.1", reusePort: true)
            let port = SocketAddress(localOf: first[0])?.port ?? 0
            let second = try bindSockets(port, "127.0.0.1", reusePort: true)
            close(first[0])
            close(second[0])
        },
        Check("a Unix socket's file has its rights, and a stale one is taken over") { _ in
            let path = "/tmp/netapp-\(getpid()).sock"
            let first = try bindUnixSocket(path, mode: 0o640)
            defer { unlink(path) }
            var status = stat()
            try expect(stat(path, &status), equals: 0)
            try expect(status.st_mode & 0o777, equals: 0o640)
            let inUse = try failure(BindError.self) { _ = try bindUnixSocket(path) }
            try expect(inUse.errno, equals: EADDRINUSE)
            close(first)
            let second = try bindUnixSocket(path)
            close(second)
            let file = "/tmp/netapp-\(getpid()).txt"
            close(open(file, O_CREAT | O_WRONLY, 0o600))
            defer { unlink(file) }
            let foreign = try failure(BindError.self) { _ = try bindUnixSocket(file) }
            try expect(foreign.errno, equals: EEXIST)
            _ = try failure(BindError.self) { _ = try bindUnixSocket(String(repeating: "x", count: 108)) }
        },
    ]
}
