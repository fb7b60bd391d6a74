// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var closeChecks: [Check] {
    Form.available.flatMap(closeChecks(in:)) + [
        Check("the close callback comes when the peer closes and nobody reads") { loop in
            let ends = try Ends.tcp()
            var closed = 0
            ends.stream.setCloseCallback { closed += 1 }
            try loop.run(for: 0.01)
            try expect(closed, equals: 0)
            ends.peer.close()
            try loop.run { closed > 0 }
            try loop.run(for: 0.01)
            try expect(closed, equals: 1)
            try expect(ends.stream.closed && ends.stream.error == nil, "\(String(describing: ends.stream.error))")
        },
        Check("a close callback that is set on a closed stream is called soon") { loop in
            let ends = try Ends.tcp()
            ends.stream.close()
            var closed = 0
            ends.stream.setCloseCallback { closed += 1 }
            try expect(closed, equals: 0)
            try loop.run { closed > 0 }
        },
        Check("the close callback comes after the pending read's") { loop in
            let ends = try Ends.tcp()
            var order: [String] = []
            ends.stream.setCloseCallback { order.append("closed") }
            ends.stream.readUntil("\n") { result in
                if case .failure = result { order.append("failed") } else { order.append("read") }
            }
            ends.stream.write("x") { _ in order.append("written") }
            ends.stream.close()
            try loop.run { order.count == 3 }
            try expect(order, equals: ["written", "failed", "closed"])
        },
        Check("what came before the close is read first, and holds the close callback back") { loop in
            let ends = try Ends.tcp()
            var closed = false
            ends.stream.setCloseCallback { closed = true }
            ends.peer.send("one\ntwo\nrest")
            ends.peer.close()
            try expect(try text(Call.until("\n").run(.callback, ends.stream, on: loop)), equals: "one\n")
            try loop.run(for: 0.02)
            try expect(!closed, "it was called too early")
            try expect(try text(Call.until("\n").run(.callback, ends.stream, on: loop)), equals: "two\n")
            try expectError(StreamClosedError.self) { _ = try Call.until("\n").run(.callback, ends.stream, on: loop) }
            try loop.run { closed }
            try expect(try text(Call.untilClose.run(.callback, ends.stream, on: loop)), equals: "rest")
        },
        Check("a stream can be closed inside its read's callback, with lines left") { loop in
            let ends = try Ends.tcp()
            var lines = 0
            ends.peer.send("1\n2\n3\n")
            ends.stream.readUntil("\n") { _ in
                lines += 1
                ends.stream.close()
            }
            try loop.run { lines > 0 }
            try loop.run(for: 0.01)
            try expect(lines, equals: 1)
            try expect(ends.stream.fileno, equals: -1)
            try expect(try text(Call.until("\n").run(.callback, ends.stream, on: loop)), equals: "2\n")
        },
        Check("what is written before the close, in a callback with more to read, is sent") { loop in
            let ends = try Ends.tcp()
            ends.peer.send("1\n2\n3\n")
            ends.stream.readUntil("\n") { _ in
                try ends.stream.writeNowait("bye")
                ends.stream.close()
            }
            var got: [UInt8] = []
            try loop.run {
                got += ends.peer.take() ?? []
                return got.count == 3
            }
            try expect(text(got), equals: "bye")
        },
        Check("an error that a callback throws closes the stream") { loop in
            let ends = try Ends.tcp()
            ends.peer.send("1\n")
            ends.stream.readUntil("\n") { _ in throw CheckFailure(description: "on purpose") }
            try loop.run { ends.stream.closed }
            try expect(ends.stream.error is CheckFailure, "\(String(describing: ends.stream.error))")
        },
        Check("closing twice is closing once") { loop in
            let ends = try Ends.tcp()
            var closed = 0
            ends.stream.setCloseCallback { closed += 1 }
            ends.stream.close(CheckFailure(description: "first"))
            ends.stream.close(CheckFailure(description: "second"))
            try loop.run(for: 0.01)
            try expect(closed, equals: 1)
            try expect((ends.stream.error as? CheckFailure)?.description, equals: "first")
        },
        Check("a callback that reads on after every failure does not stop the loop") { loop in
            let ends = try Ends.tcp()
            ends.peer.close()
            var failures = 0
            func again() {
                ends.stream.readUntil("\n") { _ in
                    failures += 1
                    if failures < 100 { again() }
                }
            }
            again()
            var turns = 0
            func turn() {
                turns += 1
                if failures < 100 { loop.callLater(0) { turn() } } else { loop.stop() }
            }
            turn()
            try loop.start()
            try expect(turns > 20, "\(turns) turns")
        },
        Check("a dropped stream closes its descriptor, and the peer sees it") { loop in
            var ends: Ends? = try Ends.tcp()
            weak let stream = ends?.stream
            let peer = ends?.peer
            ends?.peer.send("x")
            _ = try ends.map { try Call.bytes(1).run(.callback, $0.stream, on: loop) }
            try loop.run(for: 0.01)
            ends = nil
            try expect(stream == nil, "it lives")
            try expect(peer?.take() == nil, "it is open")
        },
        Check("a stream that another thread drops is closed when its loop has forgotten it") { loop in
            let peer: Peer
            let handed = Handed()
            do {
                let ends = try Ends.tcp()
                peer = ends.peer
                peer.send("x")
                // From now on the loop has a handler for it.
                _ = try Call.bytes(1).run(.callback, ends.stream, on: loop)
                handed.stream = ends.stream
            }
            try expect(peer.take(), equals: [])
            Threads.start { handed.stream = nil }
            try loop.run { peer.take() == nil }
            // Its number is another's now, and the loop does not mix them up.
            let next = try Ends.tcp()
            next.peer.send("y")
            try expect(try text(Call.bytes(1).run(.callback, next.stream, on: loop)), equals: "y")
            next.stream.close()
        },
        Check("a dropped stream lives as long as a callback waits for it") { loop in
            let peer: Peer
            var line = ""
            do {
                let ends = try Ends.tcp()
                peer = ends.peer
                ends.stream.readUntil("\n") { line = text(try $0.get()) }
            }
            try loop.run(for: 0.01)
            peer.send("hello\n")
            try loop.run { !line.isEmpty }
            try loop.run { peer.take() == nil }
        },
    ]
}

private func closeChecks(in form: Form) -> [Check] {
    [
        Check("\(form): a read that waits fails when the peer closes") { loop in
            let ends = try Ends.tcp()
            loop.callLater(0.01) {
                ends.peer.send("half")
                ends.peer.close()
            }
            let error = try expectError(StreamClosedError.self) {
                _ = try Call.until("\n").run(form, ends.stream, on: loop)
            }
            try expect(error.realError == nil, "\(error)")
            try loop.run { ends.stream.closed }
        },
        Check("\(form): a read that waits fails when the peer resets, and says so") { loop in
            let ends = try Ends.tcp()
            loop.callLater(0.01) { ends.peer.reset() }
            let error = try expectError(StreamClosedError.self) {
                _ = try Call.bytes(10).run(form, ends.stream, on: loop)
            }
            try expect((error.realError as? OSError)?.errno, equals: ECONNRESET)
            try expect(ends.stream.closed, "it is open")
        },
        Check("\(form): until close, a reset gives what came") { loop in
            let ends = try Ends.tcp()
            ends.peer.send("some")
            loop.callLater(0.02) { ends.peer.reset() }
            try expect(try text(Call.untilClose.run(form, ends.stream, on: loop)), equals: "some")
        },
        Check("\(form): close fails a read that waits, with its error") { loop in
            let ends = try Ends.tcp()
            loop.callLater(0.01) { ends.stream.close(CheckFailure(description: "why")) }
            let error = try expectError(StreamClosedError.self) {
                _ = try Call.bytes(10).run(form, ends.stream, on: loop)
            }
            try expect(error.realError is CheckFailure, "\(error)")
        },
        Check("\(form): close in good order ends a read until close with what there is") { loop in
            let ends = try Ends.tcp()
            ends.peer.send("all")
            loop.callLater(0.02) { ends.stream.close() }
            try expect(try text(Call.untilClose.run(form, ends.stream, on: loop)), equals: "all")
        },
        Check("\(form): reading memory that the peer fills half leaves the half to others") { loop in
            let ends = try Ends.tcp()
            ends.peer.send("half")
            loop.callLater(0.01) { ends.peer.close() }
            try expectError(StreamClosedError.self) { _ = try Call.into(10).run(form, ends.stream, on: loop) }
            try expect(try text(Call.untilClose.run(form, ends.stream, on: loop)), equals: "half")
        },
        Check("\(form): a closed stream gives what is left, and then fails") { loop in
            let ends = try Ends.tcp()
            ends.peer.send("1\n2\n3")
            _ = try Call.until("\n").run(form, ends.stream, on: loop)
            ends.stream.close()
            try expect(try text(Call.until("\n").run(form, ends.stream, on: loop)), equals: "2\n")
            try expectError(StreamClosedError.self) { _ = try Call.until("\n").run(form, ends.stream, on: loop) }
            try expect(try text(Call.bytes(9, partial: true).run(form, ends.stream, on: loop)), equals: "3")
            try expectError(StreamClosedError.self) { try Call.write([1]).run(form, ends.stream, on: loop) }
        },
    ]
}

/// Sendable: whoever has it last lets go of the stream, which is what is checked.
private final class Handed: @unchecked Sendable {
    var stream: IOStream?
}
