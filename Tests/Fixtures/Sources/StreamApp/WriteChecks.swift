// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

private let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

var writeChecks: [Check] {
    Form.available.flatMap(writeChecks(in:)) + [
        Check("many writes leave in their order, whoever waits for them") { loop in
            let ends = try Ends.tcp()
            var done: [Int] = []
            for number in 0..<40 {
                ends.stream.write(large[(number * 50_000)..<((number + 1) * 50_000)]) { _ in done.append(number) }
            }
            try expect(done, equals: [])
            try expect(ends.stream.writing, "the kernel took it all")
            var got: [UInt8] = []
            try loop.run {
                got += ends.peer.take() ?? []
                return got.count == 2_000_000
            }
            try loop.run { done.count == 40 }
            try expect(got == Array(large[..<2_000_000]), "it came out of order")
            try expect(done, equals: Array(0..<40))
        },
        Check("maxWriteBufferSize refuses what is too much, and takes the rest") { loop in
            let ends = try Ends.tcp { IOStream($0, maxWriteBufferSize: 100_000) }
            try expectError(StreamBufferFullError.self) { try ends.stream.writeNowait(large[..<100_001]) }
            var taken = 0
            try expectError(StreamBufferFullError.self) {
                while true {
                    try ends.stream.writeNowait(large[taken..<(taken + 60_000)])
                    taken += 60_000
                }
            }
            var failure: (any Error)?
            ends.stream.write(large[..<60_000]) { if case .failure(let error) = $0 { failure = error } }
            try loop.run { failure != nil }
            try expect(failure is StreamBufferFullError, "\(String(describing: failure))")
            try expect(!ends.stream.closed, "it was closed")
            try expect(ends.stream.writeBufferSize <= 100_000, "\(ends.stream.writeBufferSize) bytes wait")
            var got: [UInt8] = []
            try loop.run {
                got += ends.peer.take() ?? []
                return got.count == taken
            }
            try expect(got == Array(large[..<taken]), "something else came")
        },
        Check("a write is done when no more than writeHighWaterMark of it waits") { loop in
            let ends = try Ends.tcp()
            ends.stream.writeHighWaterMark = 1_000_000
            var least = Int.max
            var done = false
            ends.stream.write(large) { _ in
                done = true
                least = ends.stream.writeBufferSize
            }
            try loop.run(for: 0.01)
            var got = ends.peer.take()?.count ?? 0
            try loop.run {
                got += done ? 0 : ends.peer.take(10_000)?.count ?? 0
                return done
            }
            try expect(least <= 1_000_000 && ends.stream.writing, "\(least) bytes wait")
        },
        Check("lines that came together are answered in order") { loop in
            let ends = try Ends.tcp()
            func echo() {
                ends.stream.borrowUntil("\n") { line in
                    try ends.stream.writeNowait(line.get())
                    echo()
                }
            }
            echo()
            let lines = (0..<5000).map { "line \($0)\n" }.joined()
            ends.peer.send(lines)
            var got: [UInt8] = []
            try loop.run {
                got += ends.peer.take() ?? []
                return got.count == lines.utf8.count
            }
            try expect(text(got) == lines, "something else came")
            ends.stream.close()
        },
        Check("a peer that has ended sending still gets a large answer") { loop in
            let ends = try Ends.tcp()
            ends.peer.send("all of it, please\n")
            ends.peer.endSending()
            var closed = false
            ends.stream.setCloseCallback { closed = true }
            ends.stream.readUntil("\n") { _ in
                try ends.stream.writeNowait(large)
                ends.stream.readUntil("\n") { _ in }
            }
            var got: [UInt8] = []
            try loop.run {
                got += ends.peer.take() ?? []
                return closed
            }
            while let more = ends.peer.take(), !more.isEmpty { got += more }
            try expect(got.count, equals: large.count)
        },
        Check("with closesAtEnd off, writing goes on after the peer's end") { loop in
            let ends = try Ends.tcp()
            ends.stream.closesAtEnd = false
            ends.peer.endSending()
            try expectError(StreamClosedError.self) { _ = try Call.until("\n").run(.callback, ends.stream, on: loop) }
            try loop.run(for: 0.02)
            try expect(!ends.stream.closed, "it was closed")
            try Call.write([7]).run(.callback, ends.stream, on: loop)
            try loop.run { ends.peer.take() == [7] }
            ends.stream.close()
        },
        Check("closeWriting ends what is sent, behind the rest, and reading goes on") { loop in
            let ends = try Ends.tcp()
            try ends.stream.writeNowait(large)
            try ends.stream.closeWriting()
            try expectError(StreamUsageError.self) { try ends.stream.writeNowait("more") }
            var count = 0
            var isAtEnd = false
            try loop.run {
                if let got = ends.peer.take() { count += got.count } else { isAtEnd = true }
                return isAtEnd
            }
            try expect(count, equals: large.count)
            ends.peer.send("reply")
            ends.peer.close()
            try expect(try text(Call.untilClose.run(.callback, ends.stream, on: loop)), equals: "reply")
        },
        Check("writes that wait fail when the stream is closed") { loop in
            let ends = try Ends.tcp()
            var failures = 0
            for _ in 0..<3 { ends.stream.write(large) { if case .failure = $0 { failures += 1 } } }
            try loop.run(for: 0.01)
            ends.stream.close()
            try loop.run { failures == 3 }
            try expect(ends.stream.writeBufferSize, equals: 0)
        },
    ]
}

private func writeChecks(in form: Form) -> [Check] {
    [
        Check("\(form): write, little") { loop in
            let ends = try Ends.tcp()
            try Call.write(Array("hello".utf8)).run(form, ends.stream, on: loop)
            try loop.run { ends.peer.take() == Array("hello".utf8) }
        },
        Check("\(form): write nothing") { loop in
            let ends = try Ends.tcp()
            try Call.write([]).run(form, ends.stream, on: loop)
            try expect(ends.peer.take(), equals: [])
        },
        Check("\(form): write waits for a peer that reads slowly") { loop in
            let ends = try Ends.tcp()
            var got: [UInt8] = []
            func take() {
                got += ends.peer.take(300_000) ?? []
                if got.count < large.count { loop.callLater(0.001) { take() } }
            }
            loop.callLater(0.02) { take() }
            try Call.write(large).run(form, ends.stream, on: loop)
            try expect(!ends.stream.writing, "it did not wait")
            try expect(got.count > 0, "the peer had read nothing")
            try loop.run { got.count == large.count }
            try expect(got == large, "something else came")
        },
        Check("\(form): write to a peer that has gone fails, and says so") { loop in
            let ends = try Ends.tcp()
            ends.peer.reset()
            let error = try expectError(StreamClosedError.self) {
                // The first may be taken before the kernel knows.
                for _ in 0..<3 { try Call.write(large).run(form, ends.stream, on: loop) }
            }
            let number = (error.realError as? OSError)?.errno
            try expect(number == EPIPE || number == ECONNRESET, "\(error)")
            try expect(ends.stream.closed, "it is open")
        },
    ]
}
