// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var limitChecks: [Check] {
    Form.available.flatMap(limitChecks(in:)) + [
        Check("a stream has one reader at a time") { loop in
            let ends = try Ends.tcp()
            var line = ""
            ends.stream.readUntil("\n") { line = text(try $0.get()) }
            let error = try expectError(StreamUsageError.self) {
                _ = try Call.bytes(1).run(.callback, ends.stream, on: loop)
            }
            try expect(error.description.hasPrefix("Already reading"), "\(error)")
            try expectError(StreamUsageError.self) { _ = try Call.bytes(1).run(.main, ends.stream, on: loop) }
            ends.peer.send("x\n")
            try loop.run { !line.isEmpty }
            try expect(line, equals: "x\n")
        },
        Check("what makes no sense is refused, and the stream goes on") { loop in
            let ends = try Ends.tcp()
            try expectError(StreamUsageError.self) { _ = try Call.bytes(-1).run(.callback, ends.stream, on: loop) }
            try expectError(StreamUsageError.self) { _ = try Call.until("").run(.callback, ends.stream, on: loop) }
            try expect(!ends.stream.reading, "it reads")
            ends.peer.send("x")
            try expect(try text(Call.bytes(1).run(.callback, ends.stream, on: loop)), equals: "x")
        },
        Check("patterns that can't be looked for are refused in words") { _ in
            for pattern in ["a*", "", "x$", "(", #"(a)\1"#, "(a|b)*a(a|b){12}"] {
                let error = try expectError(PatternError.self) { _ = try BytePattern(pattern) }
                try expect(error.message.hasSuffix("."), "\(pattern): \(error)")
            }
        },
        Check("a pattern whose start does not match never will") { loop in
            let ends = try Ends.tcp()
            ends.peer.send("1abc;")
            let error = try expectError(StreamClosedError.self) {
                _ = try Call.regex("^[a-z]+;", maxBytes: 4).run(.callback, ends.stream, on: loop)
            }
            try expect(error.realError is UnsatisfiableReadError, "\(error)")
        },
        Check("a plain call in a callback of the loop throws, and begins nothing") { loop in
            let ends = try Ends.tcp()
            var failures: [any Error] = []
            loop.spawnCallback {
                for call in [
                    { _ = try ends.stream.readBytes(1) }, { try ends.stream.write("x") },
                    { _ = try ends.stream.readUntilClose() },
                ] {
                    do { try call() } catch { failures.append(error) }
                }
                loop.stop()
            }
            try loop.start()
            try expect(failures.count, equals: 3)
            try expect(failures.allSatisfy { $0 is GreenletError }, "\(failures)")
            try expect(!ends.stream.reading && ends.peer.take() == [], "it was begun")
        },
        Check("a peer that sends without end to nobody is stopped") { loop in
            let ends = try Ends.tcp()
            ends.stream.setCloseCallback {}
            let chunk = [UInt8](repeating: 7, count: 65536)
            var sent = 0
            for _ in 0..<400 {
                let count = send(ends.peer.descriptor, chunk, chunk.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
                if count > 0 { sent += count }
                try loop.run(for: 0.0005)
            }
            try expect(ends.stream.readBufferSize <= 2 * 65536, "\(ends.stream.readBufferSize) bytes are held")
            // Everything that was sent comes nevertheless.
            var got = 0
            while got < sent {
                got += try Call.bytes(sent - got, partial: true).run(.callback, ends.stream, on: loop).count
            }
            try expect(got, equals: sent)
            ends.stream.close()
        },
        Check("what nobody reads costs no processor time") { loop in
            let reader = try Ends.tcp()
            let watched = try Ends.tcp()
            let ended = try Ends.unix()
            watched.stream.setCloseCallback {}
            for ends in [reader, watched, ended] {
                ends.peer.send("!")
                _ = try Call.bytes(1).run(.callback, ends.stream, on: loop)
                ends.peer.send([UInt8](repeating: 1, count: 150_000))
            }
            ended.peer.close()
            try loop.run(for: 0.05)
            let before = processorTime()
            try loop.run(for: 0.5)
            let used = processorTime() - before
            try expect(used < 0.2, "\(used) s")
            try expect(try Call.bytes(150_000).run(.callback, reader.stream, on: loop).count, equals: 150_000)
            try expect(try Call.bytes(150_000).run(.callback, watched.stream, on: loop).count, equals: 150_000)
            try expect(try Call.untilClose.run(.callback, ended.stream, on: loop).count, equals: 150_000)
            watched.stream.close()
        },
        Check("500 connections that end in all ways leave no descriptor behind") { loop in
            func round() throws {
                for number in 0..<50 {
                    let ends = try number % 2 == 0 ? Ends.tcp() : Ends.unix()
                    if number % 3 == 0 { ends.stream.setCloseCallback {} }
                    ends.stream.readUntil("\n") { _ in }
                    switch number % 5 {
                    case 0: ends.peer.reset()
                    case 1: ends.peer.close()
                    case 2: ends.stream.close()
                    case 3:
                        ends.peer.send("x\n")
                        ends.peer.endSending()
                    default: ends.stream.close(CheckFailure(description: "why"))
                    }
                    try loop.run(for: 0.0005)
                }
                try loop.run(for: 0.02)
            }
            try round()
            let before = try openDescriptors()
            for _ in 0..<9 { try round() }
            try expect(try openDescriptors(), equals: before)
        },
    ]
}

private func limitChecks(in form: Form) -> [Check] {
    [
        Check("\(form): a line that is too long closes the stream, and says why") { loop in
            let ends = try Ends.tcp()
            ends.peer.trickle(Array("1234567".utf8), on: loop)
            let error = try expectError(StreamClosedError.self) {
                _ = try Call.until("\n", maxBytes: 5).run(form, ends.stream, on: loop)
            }
            try expect(error.realError is UnsatisfiableReadError, "\(error)")
            try expect(ends.stream.closed && ends.stream.error is UnsatisfiableReadError, "it is open")
        },
        Check("\(form): a line that ends behind the limit is too long, though it has come") { loop in
            let ends = try Ends.tcp()
            ends.peer.send("1234567\n")
            let error = try expectError(StreamClosedError.self) {
                _ = try Call.until("\n", maxBytes: 7).run(form, ends.stream, on: loop)
            }
            try expect(error.realError is UnsatisfiableReadError, "\(error)")
        },
        Check("\(form): a pattern that does not match in time closes the stream, and says why") { loop in
            let ends = try Ends.tcp()
            ends.peer.trickle(Array("1234567".utf8), on: loop)
            let error = try expectError(StreamClosedError.self) {
                _ = try Call.regex("[a-z]", maxBytes: 5).run(form, ends.stream, on: loop)
            }
            try expect(error.realError is UnsatisfiableReadError, "\(error)")
        },
        Check("\(form): maxBufferSize ends a read that never ends") { loop in
            let ends = try Ends.tcp { IOStream($0, maxBufferSize: 10_000, readChunkSize: 1000) }
            let chunk = [UInt8](repeating: 7, count: 1000)
            func feed() {
                ends.peer.send(chunk)
                if !ends.stream.closed { loop.callLater(0.001) { feed() } }
            }
            feed()
            let error = try expectError(StreamClosedError.self) {
                _ = try Call.until("\n").run(form, ends.stream, on: loop)
            }
            try expect(error.realError is StreamBufferFullError, "\(error)")
        },
        Check("\(form): 700 kB in one read, until and into") { loop in
            let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 >> 3) | 1 }
            for call in [Call.bytes(bytes.count), .into(bytes.count), .until("\u{0}")] {
                let ends = try Ends.tcp()
                var rest = (bytes + [0])[...]
                func feed() {
                    let count = rest.withUnsafeBytes {
                        send(ends.peer.descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
                    }
                    rest = rest.dropFirst(max(0, count))
                    if !rest.isEmpty { loop.callLater(0.0005) { feed() } }
                }
                feed()
                let read = try call.run(form, ends.stream, on: loop)
                try expect(read == bytes || read == bytes + [0], "something else came")
            }
        },
    ]
}

private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func openDescriptors() throws -> Int {
    guard let folder = opendir("/proc/self/fd") else { throw CheckFailure(description: "there is no /proc") }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
}
