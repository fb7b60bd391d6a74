// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

private let reads: [(String, @Sendable () -> Call<[UInt8]>)] = [
    ("until", { .until("\n") }), ("until a pattern", { .regex("f\n") }), ("bytes", { .bytes(7) }),
    ("into", { .into(7) }), ("until close", { .untilClose }),
]

/// Reads that are given up: what has come must be there for the next one.
var takingBackChecks: [Check] {
    var checks = reads.map { name, read in
        Check("a cancelled task's read, \(name), leaves what came to the next") { loop in
            let ends = try Ends.tcp()
            var failure: (any Error)?
            let task = loop.spawn {
                do { _ = try await read().task(ends.stream) } catch { failure = error }
            }
            ends.peer.send("abc")
            try loop.run(for: 0.02)
            try expect(ends.stream.reading, "it does not read")
            task.cancel()
            try loop.run { failure != nil }
            try expect(failure is CancellationError, "\(String(describing: failure))")
            try expectWhole(ends, loop)
        }
    }
    checks.append(
        Check("a task that was cancelled, and has not gone on yet, takes nothing") { loop in
            let ends = try Ends.tcp()
            let stream = ends.stream
            var failure: (any Error)?
            let task = loop.spawn {
                do { _ = try await stream.readUntilClose() } catch { failure = error }
            }
            ends.peer.send("abc")
            try loop.run { stream.readBufferSize == 3 }
            task.cancel()
            // Behind the cancellation, and before the task.
            loop.addCallback { stream.close() }
            try loop.run { failure != nil }
            try expect(failure is CancellationError, "\(String(describing: failure))")
            try expect(try text(Call.bytes(3).run(.callback, stream, on: loop)), equals: "abc")
        }
    )
    guard Greenlet.isAvailable else { return checks }
    checks += reads.flatMap { name, read in
        [
            Check("a killed greenlet's read, \(name), leaves what came to the next") { loop in
                let ends = try Ends.tcp()
                var failure: (any Error)?
                let greenlet = Greenlet.spawn {
                    do { _ = try read().plain(ends.stream) } catch { failure = error }
                }
                ends.peer.send("abc")
                try loop.run(for: 0.02)
                try expect(ends.stream.reading, "it does not read")
                try greenlet.kill()
                try expect(failure is GreenletExit, "\(String(describing: failure))")
                try expectWhole(ends, loop)
            },
            Check("a greenlet's read that takes too long, \(name), leaves what came to the next") { loop in
                let ends = try Ends.tcp()
                var failure: (any Error)?
                Greenlet.spawn {
                    do { _ = try Timeout.with(0.03) { try read().plain(ends.stream) } } catch { failure = error }
                }
                ends.peer.send("abc")
                try loop.run { failure != nil }
                try expect(failure is TimeoutError, "\(String(describing: failure))")
                try expectWhole(ends, loop)
            },
        ]
    }
    checks += [
        Check("a killed greenlet's write goes on without it") { loop in
            let ends = try Ends.tcp()
            let bytes = [UInt8](repeating: 7, count: 3_000_000)
            let greenlet = Greenlet.spawn { try ends.stream.write(bytes) }
            try loop.run(for: 0.02)
            try greenlet.kill()
            var got = 0
            try loop.run {
                got += ends.peer.take()?.count ?? 0
                return got == bytes.count
            }
        },
        Check("a greenlet that is killed while it connects closes the stream") { loop in
            // Nobody takes the connection that fills the queue, so that the next one waits.
            let (listener, port) = try Sockets.listening()
            defer { close(listener) }
            listen(listener, 0)
            let first = IOStream(Sockets.unconnected())
            let second = IOStream(Sockets.unconnected())
            let third = IOStream(Sockets.unconnected())
            for stream in [first, second] { stream.connect("127.0.0.1", port: port) { _ in } }
            try loop.run(for: 0.02)
            let greenlet = Greenlet.spawn { try third.connect("127.0.0.1", port: port) }
            try loop.run(for: 0.02)
            try greenlet.kill()
            try expect(third.closed, "it is open")
            for stream in [first, second] { stream.close() }
        },
    ]
    return checks
}

private func expectWhole(_ ends: Ends, _ loop: IOLoop, line: Int = #line) throws {
    try expect(!ends.stream.reading && !ends.stream.closed, "it still reads, or is closed", line: line)
    ends.peer.send("def\n")
    try expect(try text(Call.until("\n").run(.callback, ends.stream, on: loop)), equals: "abcdef\n", line: line)
}
