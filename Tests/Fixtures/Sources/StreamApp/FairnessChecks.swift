// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

private typealias Read = (IOStream, @escaping (Int) -> Void) -> Void

private var reads: [(String, Read)] {
    [
        ("lines", { stream, then in stream.readUntil("\n") { then(try $0.get().count) } }),
        ("whatever has come", { stream, then in stream.readBytes(900, partial: true) { then(try $0.get().count) } }),
        (
            "into memory",
            { stream, then in
                let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 900, alignment: 1)
                stream.readInto(memory, partial: true) { result in
                    memory.deallocate()
                    then(try result.get())
                }
            }
        ),
    ]
}

/// A peer that has sent a lot has to leave the others their turns.
var fairnessChecks: [Check] {
    reads.flatMap { name, read in
        var checks = [
            Check("reading \(name) of a peer that never pauses leaves the others their turns") { loop in
                let (one, other) = try Sockets.tcpPair()
                try expectTurns(loop, IOStream(one, readChunkSize: 4096), IOStream(other), read)
            }
        ]
        guard Files.path("AUTHORITY") != nil else { return checks }
        checks.append(
            Check("TLS: reading \(name) of a peer that never pauses leaves the others their turns") { loop in
                let (one, other) = try Sockets.tcpPair()
                let reader = try IOStream(one, sslOptions: Files.server(), serverSide: true, readChunkSize: 4096)
                let writer = try IOStream(other, sslOptions: Files.client, serverHostname: "localhost")
                try expectTurns(loop, reader, writer, read)
            }
        )
        return checks
    }
}

/// Everything that is read lies ready before, so that nothing here depends on who is faster.
private func expectTurns(
    _ loop: IOLoop,
    _ reader: IOStream,
    _ writer: IOStream,
    _ read: @escaping Read
) throws {
    writer.write("hello\n") { _ in }
    _ = try Call.until("\n").run(.callback, reader, on: loop)
    let size = 100 * 1024
    try writer.writeNowait((1...size).map { $0 % 64 == 0 ? 0x0A : 0x61 })
    try loop.run { !writer.writing }

    var (got, callbacks, timers, events) = (0, 0, 0, 0)
    func again() {
        read(reader) { count in
            got += count
            if got < size { again() } else { loop.stop() }
        }
    }
    func callback() {
        callbacks += 1
        if got < size { loop.spawnCallback { callback() } }
    }
    func timer() {
        timers += 1
        if got < size { loop.callLater(0) { timer() } }
    }
    // It has a byte, which nobody takes: it is always ready.
    let other = try Ends.unix()
    other.peer.send("!")
    let ready = dup(other.stream.fileno)
    defer { close(ready) }
    try loop.addHandler(ready, .read) { _, _ in events += 1 }
    again()
    callback()
    timer()
    try loop.start()
    try loop.removeHandler(ready)
    try expect(got, equals: size)
    // A turn reads four chunks.
    let least = size / 4096 / 4 - 2
    try expect(
        callbacks >= least && timers >= least && events >= least,
        "\(callbacks) callbacks, \(timers) timers and \(events) events, and not \(least) of each"
    )
    reader.close()
    writer.close()
}
