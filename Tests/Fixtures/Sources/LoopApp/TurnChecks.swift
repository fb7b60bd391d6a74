// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Synchronization
import Tornado

/// The table's own functions, which apps have no other name for: single turns, and what is pending.
var turnChecks: [Check] {
    [
        Check("run_once runs one turn") { loop in
            var runs = 0
            loop.spawnCallback {
                runs += 1
                loop.spawnCallback { runs += 10 }
            }
            try expect(turn(0), equals: 0)
            try expect(runs, equals: 1)
            try expect(turn(0), equals: 0)
            try expect(runs, equals: 11)
        },
        Check("run_once waits until its deadline, and no longer, and does not spin") { loop in
            let deadline = loop.time() + 0.1
            let later = loop.callLater(5) {}
            var turns = 0
            while loop.time() < deadline {
                try expect(table.pointee.run_once(handle, deadline), equals: 0)
                turns += 1
            }
            loop.removeTimeout(later)
            try expect(loop.time() < deadline + 2, "it took until \(loop.time() - deadline) s after its deadline")
            try expect(turns < 10, "it took \(turns) turns")
        },
        Check("run_once ends when a descriptor is ready or a timeout is due") { loop in
            let pair = try Pair()
            var events: [String] = []
            try loop.addHandler(pair.first, .read) { _, _ in
                events.append("handler")
                pair.drain()
            }
            pair.send()
            while events.isEmpty { try expect(turn(10), equals: 0) }
            loop.callLater(0.02) { events.append("timeout") }
            while events.count < 2 { try expect(turn(10), equals: 0) }
            try loop.removeHandler(pair.first)
            try expect(events, equals: ["handler", "timeout"])
        },
        Check("run_once inside a running loop is refused") { loop in
            var code: Int32 = 0
            loop.spawnCallback {
                code = turn(0)
                loop.stop()
            }
            try loop.start()
            try expect(code, equals: -EALREADY)
        },
        Check("the loop runs inside run_once: it can neither be started nor closed there") { loop in
            var codes: [Int32] = []
            var isRunning = false
            loop.spawnCallback {
                isRunning = loop.isRunning
                codes = [table.pointee.start(handle), turn(0), table.pointee.close(handle)]
            }
            try expect(turn(1), equals: 0)
            try expect(codes, equals: [-EALREADY, -EALREADY, -EBUSY])
            try expect(isRunning && !loop.isRunning, "inside: \(isRunning), after: \(loop.isRunning)")
        },
        Check("a stop before or inside run_once is kept for the next start, and only that one") { loop in
            var runs = 0
            loop.spawnCallback { runs += 1 }
            loop.stop()
            try expect(turn(0), equals: 0)
            try expect(runs, equals: 1)
            loop.spawnCallback { runs += 10 }
            try loop.start()
            try expect(runs, equals: 1)
            loop.spawnCallback { loop.stop() }
            try expect(turn(0), equals: 0)
            try expect(runs, equals: 11)
            loop.spawnCallback { runs += 100 }
            try loop.start()
            try expect(runs, equals: 11)
            loop.spawnCallback { loop.stop() }
            try loop.start()
            try expect(runs, equals: 111)
        },
        Check("pending counts handlers, timeouts and callbacks, wherever they come from") { loop in
            let pair = try Pair()
            let before = pending()
            try loop.addHandler(pair.first, .read) { _, _ in }
            try loop.addHandler(pair.second, .none) { _, _ in }
            try expect(pending() - before, equals: 2)
            let timeout = loop.callLater(60) {}
            try expect(pending() - before, equals: 3)
            loop.spawnCallback {}
            Threads.run { loop.addCallback {} }
            try expect(table.pointee.add_callback_from_signal(handle, { _ in }, nil), equals: 0)
            try expect(pending() - before, equals: 6)
            try expect(turn(0), equals: 0)
            try expect(pending() - before, equals: 3)
            loop.removeTimeout(timeout)
            try loop.removeHandler(pair.first)
            try loop.updateHandler(pair.second, .read)
            try expect(pending() - before, equals: 1)
            try loop.removeHandler(pair.second)
            try expect(pending(), equals: before)
        },
        Check("pending inside a callback or a timeout counts what is still to be called") { loop in
            let before = pending()
            var counts: [Int] = []
            for _ in 0..<3 { loop.spawnCallback { counts.append(pending() - before) } }
            try expect(turn(0), equals: 0)
            try expect(counts, equals: [2, 1, 0])
            counts = []
            var last: Timeout?
            let when = loop.time() - 1
            loop.callAt(when) {
                counts.append(pending() - before)
                if let last { loop.removeTimeout(last) }
                counts.append(pending() - before)
            }
            loop.callAt(when) { counts.append(pending() - before) }
            last = loop.callAt(when) { counts.append(-1) }
            try expect(turn(0), equals: 0)
            try expect(counts, equals: [2, 1, 0])
        },
    ]
}

private var table: UnsafePointer<gt_ioloop> { Registry.ioloop }
private var handle: OpaquePointer? { Registry.ioloop.pointee.current() }

/// One turn, so many seconds at most.
private func turn(_ seconds: Double) -> Int32 {
    table.pointee.run_once(handle, IOLoop.current.time() + seconds)
}

private func pending() -> Int { table.pointee.pending(handle) }
