// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// Bytes that a callback looks at must stay where they are, whatever it does with the stream.
var lendingChecks: [Check] {
    [
        Check("a borrowed line outlives a read and a close in its callback") { loop in
            try expectLine(loop, rest: "rest") { stream in
                stream.readBytes(4) { _ in }
                stream.close()
            }
        },
        Check("a borrowed line outlives a task that begins to read in its callback") { loop in
            try expectLine(loop, rest: "") { stream in
                loop.spawn { _ = try? await stream.readBytes(4) }
            }
        },
        Check("a borrowed line outlives bytes that are put back in its callback") { loop in
            let target = UnsafeMutableRawBufferPointer.allocate(byteCount: 100_000, alignment: 1)
            defer { target.deallocate() }
            try expectLine(loop, rest: String(repeating: "r", count: 1000)) { stream in
                stream.readInto(target) { _ in }
                stream.close()
            }
        },
        Check("what follows a borrowed line is there in its callback, and can be read in it") { loop in
            let ends = try Ends.tcp()
            var seen: [String] = []
            ends.stream.borrowUntil("\n") { line in
                let line = try line.get()
                seen.append("\(ends.stream.readBufferSize)")
                ends.stream.borrowUntil("\n") { seen.append(text([UInt8](try $0.get()))) }
                seen.append(text([UInt8](line)))
            }
            ends.peer.send("on")
            try loop.run { ends.stream.readBufferSize == 2 }
            ends.peer.send("e\ntwo\n")
            try loop.run { seen.count == 3 }
            try expect(seen, equals: ["4", "one\n", "two\n"])
            ends.stream.close()
        },
    ]
}

/// Borrows a line that came in two parts, so that the stream holds it, and looks at it again after `act`.
private func expectLine(
    _ loop: IOLoop,
    rest: String,
    line: Int = #line,
    _ act: @escaping (IOStream) -> Void
) throws {
    let ends = try Ends.tcp()
    let half = String(repeating: "x", count: 200)
    var after: String?
    ends.stream.borrowUntil("\n") { bytes in
        let bytes = try bytes.get()
        act(ends.stream)
        // What takes freed memory of the same size, and writes over it.
        let others = (0..<8).map { _ in [UInt8](repeating: 0, count: 480) }
        after = text([UInt8](bytes))
        withExtendedLifetime(others) {}
    }
    ends.peer.send(half)
    try loop.run { ends.stream.readBufferSize == 200 }
    ends.peer.send(half + "\n" + rest)
    try loop.run { after != nil }
    try expect(after == half + half + "\n", "the bytes have changed", line: line)
    ends.stream.close()
    try loop.run(for: 0.01)
}
