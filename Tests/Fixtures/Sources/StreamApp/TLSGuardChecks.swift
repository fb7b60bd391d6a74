// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What TLS is there for: nothing in the clear, nobody else's certificate, no end that was not told.
var tlsGuardChecks: [Check] {
    guard Files.path("AUTHORITY") != nil else { return [] }
    return nameChecks + endChecks + Form.available.flatMap(pendingChecks(in:)) + [
        Check("TLS: bytes in the clear of a client that has gone before it was accepted are not read") { loop in
            let (listener, port) = try Sockets.listening()
            let client = IOStream(Sockets.unconnected())
            try client.connect("127.0.0.1", port: port)
            let peer = Peer(dup(client.fileno))
            client.close()
            peer.send("GET / HTTP/1.1\r\n\r\n")
            peer.reset()
            let descriptor = accept(listener, nil, nil)
            close(listener)
            let server = try IOStream(descriptor, sslOptions: Files.server(), serverSide: true)
            var got: Result<[UInt8], any Error>?
            server.readBytes(3) { got = $0 }
            try loop.run { got != nil }
            if case .success(let bytes) = got { throw CheckFailure(description: "\(text(bytes)) was read") }
            try expect(server.closed && server.error != nil, "it is open, or does not know why")
        },
        Check("TLS: a stream that is not connected neither writes nor waits for a handshake") { loop in
            let stream = try IOStream(Sockets.unconnected(), sslOptions: Files.client)
            for form in Form.available {
                try expectError(StreamUsageError.self) { try Call.waitForHandshake.run(form, stream, on: loop) }
            }
            try expectError(StreamClosedError.self) { try stream.writeNowait("secret") }
        },
    ]
}

/// Clients that do not say whom they want.
private var nameChecks: [Check] {
    [
        Check("TLS: a client that names nobody is refused, and the descriptor is closed") { _ in
            let (one, other) = try Sockets.tcpPair()
            let peer = Peer(other)
            let error = try expectError(StreamUsageError.self) { _ = try IOStream(one, sslOptions: Files.client) }
            try expect(error.description.contains("serverHostname"), "\(error)")
            try expect(peer.take() == nil, "it is open")
        },
        Check("TLS: startTLS and a Unix socket's connect want a name, too") { loop in
            let ends = try Ends.tcp()
            for form in Form.available {
                try expectError(StreamUsageError.self) {
                    try Call.startTLS(Files.client, serverSide: false).run(form, ends.stream, on: loop)
                }
            }
            try expect(!ends.stream.closed && ends.peer.take() == [], "it has begun, or is closed")
            let local = try IOStream(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0), sslOptions: Files.client)
            try expectError(StreamUsageError.self) { try local.connect(unix: "@nobody") }
            local.close()
        },
        Check("TLS: a client that checks no name needs none") { loop in
            var options = Files.client
            options.checkHostname = false
            let (one, other) = try Sockets.tcpPair()
            let server = try IOStream(one, sslOptions: Files.server("WRONGHOST"), serverSide: true)
            let client = try IOStream(other, sslOptions: options)
            try Call.waitForHandshake.run(.callback, client, on: loop)
            server.close()
            client.close()
        },
    ]
}

/// The peer's end, and one's own.
private var endChecks: [Check] {
    [
        Check("TLS: the peer's end behind what it has written is noticed where nobody reads") { loop in
            let near = try Ends.unix { try IOStream($0, sslOptions: Files.client, serverHostname: "localhost") }
            let far = try Ends.unix { try IOStream($0, sslOptions: Files.server(), serverSide: true) }
            var isOver = false
            // It carries bytes alone: what ends here is TLS, and not the socket.
            relay(near.peer, far.peer, loop, piece: 100_000) { isOver }
            try Call.waitForHandshake.run(.callback, near.stream, on: loop)
            var isClosed = false
            near.stream.setCloseCallback { isClosed = true }
            var got: [UInt8]?
            near.stream.readBytes(3) { got = try $0.get() }
            try loop.run(for: 0.02)
            try far.stream.writeNowait("bye")
            try far.stream.closeWriting()
            try loop.run { isClosed }
            try expect(got.map(text), equals: "bye")
            isOver = true
            far.stream.close()
            try loop.run(for: 0.01)
        }
    ]
        + [("close", { $0.close() }), ("closeWriting", { try $0.closeWriting() })].map { name, end in
            Check("TLS: \(name) says so also where the kernel takes nothing more at the moment") { loop in
                try expectEnd(loop, end)
            }
        }
}

private func expectEnd(_ loop: IOLoop, _ end: @escaping (IOStream) throws -> Void) throws {
    var ends: [Int32] = [-1, -1]
    try expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0, "no descriptors")
    let server = try IOStream(ends[0], sslOptions: Files.server(), serverSide: true)
    let client = try IOStream(ends[1], sslOptions: Files.client, serverHostname: "localhost")
    client.waitForHandshake { _ in }
    try Call.waitForHandshake.run(.callback, server, on: loop)
    let bytes = [UInt8](repeating: 7, count: 40_000)
    try server.writeNowait(bytes)
    try expect(!server.writing, "the kernel does not take so much")
    // Less than what is on its way.
    var room: Int32 = 1
    setsockopt(server.fileno, SOL_SOCKET, SO_SNDBUF, &room, 4)
    try end(server)
    try loop.run(for: 0.02)
    try expect(try Call.untilClose.run(.callback, client, on: loop) == bytes, "something else came")
    try expect(client.error == nil, "\(String(describing: client.error))")
    server.close()
    client.close()
}

private func pendingChecks(in form: Form) -> [Check] {
    [
        Check("\(form): TLS: what a read into own memory has left of a record is there for the next one") { loop in
            let pair = try Pair()
            try Call.write(Array("abcdef\nghi".utf8)).run(.callback, pair.client, on: loop)
            try expect(try text(Call.into(3).run(form, pair.server, on: loop)), equals: "abc")
            try expect(try text(Call.until("\n").run(form, pair.server, on: loop)), equals: "def\n")
            try expect(try text(Call.bytes(3).run(form, pair.server, on: loop)), equals: "ghi")
            pair.client.close()
            pair.server.close()
        }
    ]
}
