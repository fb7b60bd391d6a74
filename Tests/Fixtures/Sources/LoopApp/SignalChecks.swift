// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What the signal handler queues.
///
/// Set before a signal is sent, on the thread that gets it.
nonisolated(unsafe) private var prepared: SignalCallback?
nonisolated(unsafe) private var taken: Int32 = 0
nonisolated(unsafe) private var refused: Int32 = 0

private func queue(_ number: Int32) {
    guard let prepared else { return }
    if IOLoop.addCallbackFromSignal(prepared) { taken += 1 } else { refused += 1 }
}

private func prepare(_ loop: IOLoop, _ callback: @escaping () throws -> Void) {
    (taken, refused) = (0, 0)
    prepared = loop.makeSignalCallback(callback)
    signal(SIGUSR1, queue)
    signal(SIGUSR2, queue)
}

var signalChecks: [Check] {
    [
        Check("a signal handler's callback runs on the loop, not in the handler") { loop in
            var runs = 0
            prepare(loop) {
                runs += 1
                loop.stop()
            }
            raise(SIGUSR1)
            try expect(runs, equals: 0)
            try expect(try loop.start(limit: 2), "it was lost")
            try expect(runs, equals: 1)
        },
        Check("a signal wakes a sleeping loop") { loop in
            prepare(loop) { loop.stop() }
            let thread = pthread_self()
            Threads.start {
                usleep(20_000)
                pthread_kill(thread, SIGUSR1)
            }
            let begin = loop.time()
            try expect(try loop.start(limit: 5), "it slept on")
            try expect(loop.time() - begin < 4, "it took \(loop.time() - begin) s")
        },
        Check("64 signals can wait, the next is refused, and the ring is free again after") { loop in
            for _ in 0..<3 {
                var runs = 0
                prepare(loop) { runs += 1 }
                for _ in 0..<70 { raise(SIGUSR1) }
                try expect(taken, equals: 64)
                try expect(refused, equals: 6)
                loop.callLater(0.001) { loop.stop() }
                try loop.start()
                try expect(runs, equals: 64)
            }
        },
        Check("signals in several threads at once lose nothing") { loop in
            var runs: Int32 = 0
            var total: Int32 = 0
            prepare(loop) { runs += 1 }
            signal(SIGUSR2, SIG_DFL)
            // The handler's counters are this thread's; the others count for themselves.
            final class Counts: @unchecked Sendable {
                var taken = [Int32](repeating: 0, count: 4)
                var ended = 0
            }
            let counts = Counts()
            guard let callback = prepared else { return }
            for thread in 0..<4 {
                Threads.start {
                    var mine: Int32 = 0
                    for _ in 0..<5000 {
                        if IOLoop.addCallbackFromSignal(callback) { mine += 1 }
                    }
                    let result = mine
                    loop.addCallback {
                        counts.taken[thread] = result
                        counts.ended += 1
                        if counts.ended == 4 { loop.callLater(0.01) { loop.stop() } }
                    }
                }
            }
            try expect(try loop.start(limit: 20), "it hangs")
            total = counts.taken.reduce(0, +)
            try expect(runs, equals: total)
            try expect(total > 0, "nothing was taken")
        },
        Check("a handler leaves errno alone") { loop in
            prepare(loop) {}
            errno = 123
            raise(SIGUSR1)
            let after = errno
            loop.callLater(0.001) { loop.stop() }
            try loop.start()
            signal(SIGUSR1, SIG_DFL)
            signal(SIGUSR2, SIG_DFL)
            try expect(after, equals: 123)
        },
    ]
}
