// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What a peer that never answers makes somebody wait for.
private struct Opening {
    let name: String
    /// A stream, what its peer holds, and the call that waits.
    let begin: () throws -> (stream: IOStream, peer: Peer, call: Call<Void>)

    static var all: [Opening] {
        [
            Opening(name: "a handshake") {
                let ends = try Ends.tcp { try IOStream($0, sslOptions: Files.server(), serverSide: true) }
                return (ends.stream, ends.peer, .waitForHandshake)
            },
            Opening(name: "startTLS") {
                let ends = try Ends.tcp()
                return (ends.stream, ends.peer, .startTLS(try Files.server(), serverSide: true))
            },
            Opening(name: "connecting under TLS") {
                // The kernel takes the connection, and nobody ever looks at it.
                let (listener, port) = try Sockets.listening()
                let stream = try IOStream(Sockets.unconnected(), sslOptions: Files.client)
                return (stream, Peer(listener), .connect(port, host: "localhost"))
            },
        ]
    }
}

/// Streams that are given up before they are open.
var openingChecks: [Check] {
    guard Files.path("AUTHORITY") != nil else { return [] }
    return Opening.all.flatMap { opening in
        Form.available.map { closedMeanwhile(opening, in: $0) } + [
            Check("TLS: cancelling a task in \(opening.name) closes the stream") { loop in
                let (stream, peer, call) = try opening.begin()
                var failure: (any Error)?
                let task = loop.spawn { do { try await call.task(stream) } catch { failure = error } }
                try loop.run(for: 0.02)
                try expect(!stream.closed && failure == nil, "it is over: \(String(describing: failure))")
                task.cancel()
                try loop.run { failure != nil }
                try expect(failure is CancellationError, "\(String(describing: failure))")
                try expectGone(stream, peer)
            }
        ] + (Greenlet.isAvailable ? greenletChecks(opening) : [])
    }
}

private func greenletChecks(_ opening: Opening) -> [Check] {
    [
        Check("TLS: killing a greenlet in \(opening.name) closes the stream") { loop in
            let (stream, peer, call) = try opening.begin()
            var failure: (any Error)?
            let greenlet = Greenlet.spawn { do { try call.plain(stream) } catch { failure = error } }
            try loop.run(for: 0.02)
            try expect(!stream.closed && failure == nil, "it is over: \(String(describing: failure))")
            try greenlet.kill()
            try expect(failure is GreenletExit, "\(String(describing: failure))")
            try expectGone(stream, peer)
        },
        Check("TLS: a timeout of a greenlet in \(opening.name) closes the stream") { loop in
            let (stream, peer, call) = try opening.begin()
            var failure: (any Error)?
            Greenlet.spawn { do { try Timeout.with(0.03) { try call.plain(stream) } } catch { failure = error } }
            try loop.run { failure != nil }
            try expect(failure is TimeoutError, "\(String(describing: failure))")
            try expectGone(stream, peer)
        },
    ]
}

private func closedMeanwhile(_ opening: Opening, in form: Form) -> Check {
    Check("\(form): TLS: closing the stream in \(opening.name) says why to who waits") { loop in
        let (stream, peer, call) = try opening.begin()
        loop.callLater(0.02) { stream.close(CheckFailure(description: "why")) }
        let error = try expectError(CheckFailure.self) { try call.run(form, stream, on: loop) }
        try expect(error.description, equals: "why")
        try expectGone(stream, peer)
    }
}

private func expectGone(_ stream: IOStream, _ peer: Peer, line: Int = #line) throws {
    try expect(stream.closed && stream.fileno == -1, "it is open", line: line)
    try expectError(StreamClosedError.self, line: line) { try stream.writeNowait("x") }
    // A listener has nothing to take.
    try expect(peer.take() == nil, "the peer does not see it", line: line)
}
