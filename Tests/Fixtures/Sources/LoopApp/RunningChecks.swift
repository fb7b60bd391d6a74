// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var runningChecks: [Check] {
    [
        Check("stop before start makes the next start return at once, and only that one") { loop in
            var runs = 0
            loop.spawnCallback { runs += 1 }
            loop.stop()
            try loop.start()
            try expect(runs, equals: 0)
            loop.spawnCallback { loop.stop() }
            try loop.start()
            try expect(runs, equals: 1)
        },
        Check("stop from a callback lets the rest of the turn run") { loop in
            var order: [Int] = []
            loop.spawnCallback {
                order.append(1)
                loop.stop()
            }
            loop.spawnCallback {
                order.append(2)
                loop.spawnCallback { order.append(3) }
            }
            try loop.start()
            try expect(order, equals: [1, 2])
            loop.spawnCallback { loop.stop() }
            try loop.start()
            try expect(order, equals: [1, 2, 3])
        },
        Check("stop from a handler and from a timeout") { loop in
            let pair = try Pair()
            try loop.addHandler(pair.first, .read) { _, _ in loop.stop() }
            pair.send()
            try expect(try loop.start(limit: 2), "the handler did not stop it")
            try loop.removeHandler(pair.first)
            loop.callLater(0) { loop.stop() }
            try expect(try loop.start(limit: 2), "the timeout did not stop it")
        },
        Check("a loop can be started again, and what waited is still there") { loop in
            var order: [Int] = []
            loop.callLater(0.02) { order.append(2) }
            loop.spawnCallback {
                order.append(1)
                loop.stop()
            }
            try loop.start()
            loop.callLater(0.03) { loop.stop() }
            try loop.start()
            try expect(order, equals: [1, 2])
        },
        Check("start inside a running loop is refused") { loop in
            var code: IOLoopError.Code?
            loop.spawnCallback {
                do {
                    try loop.start()
                } catch let error as IOLoopError {
                    code = error.code
                }
                loop.stop()
            }
            try loop.start()
            try expect(code == .alreadyRunning, "it was not")
        },
        Check("isRunning is true inside start, and only there") { loop in
            var inside = false
            try expect(!loop.isRunning, "it is before")
            loop.spawnCallback {
                inside = loop.isRunning
                loop.stop()
            }
            try loop.start()
            try expect(inside && !loop.isRunning, "inside: \(inside), after: \(loop.isRunning)")
        },
        Check("current is the same loop every time, and its thread is this one") { loop in
            try expect(IOLoop.current === loop && loop.isOnThread, "it is not")
            loop.clearCurrent()
            loop.makeCurrent()
            try expect(IOLoop.current === loop, "it is not after makeCurrent")
        },
        Check("an idle loop uses no CPU") { loop in
            var before = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
            loop.callLater(0.3) { loop.stop() }
            try loop.start()
            var after = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
            let used = Double(after.tv_sec - before.tv_sec) + Double(after.tv_nsec - before.tv_nsec) * 1e-9
            try expect(used < 0.02, "it used \(used) s of 0.3")
        },
    ]
}
