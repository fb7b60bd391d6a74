// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Synchronization
import Tornado

var threadChecks: [Check] {
    [
        Check("addCallback from 8 threads, 10,000 times each, in each thread's order") { loop in
            final class Counts: @unchecked Sendable {
                // Touched on the loop's thread only.
                var next = [Int](repeating: 0, count: 8)
                var outOfOrder = 0
                var elsewhere = 0
                var total = 0
            }
            let counts = Counts()
            for thread in 0..<8 {
                Threads.start {
                    for number in 0..<10_000 {
                        loop.addCallback {
                            if !loop.isOnThread { counts.elsewhere += 1 }
                            if counts.next[thread] != number { counts.outOfOrder += 1 }
                            counts.next[thread] = number + 1
                            counts.total += 1
                            if counts.total == 80_000 { loop.stop() }
                        }
                    }
                }
            }
            try expect(try loop.start(limit: 20), "\(counts.total) of 80000 ran")
            try expect(counts.outOfOrder, equals: 0)
            try expect(counts.elsewhere, equals: 0)
        },
        Check("a callback from another thread wakes a sleeping loop at once") { loop in
            let begin = loop.time()
            Threads.start {
                usleep(20_000)
                loop.addCallback { loop.stop() }
            }
            try expect(try loop.start(limit: 5), "it slept on")
            let passed = loop.time() - begin
            try expect(passed >= 0.019 && passed < 1, "it took \(passed) s")
        },
        Check("callbacks of the loop's thread and of others keep the order they were added in") { loop in
            final class Order: @unchecked Sendable {
                var numbers: [Int] = []
            }
            let order = Order()
            loop.addCallback { order.numbers.append(1) }
            Threads.run { loop.addCallback { order.numbers.append(2) } }
            loop.addCallback { order.numbers.append(3) }
            Threads.run { loop.addCallback { order.numbers.append(4) } }
            loop.spawnCallback { loop.stop() }
            try loop.start()
            try expect(order.numbers, equals: [1, 2, 3, 4])
        },
        Check("each thread has a loop of its own, and they run at the same time") { loop in
            final class Shared: Sendable {
                let done = Atomic<Int>(0)
            }
            let shared = Shared()
            for _ in 0..<4 {
                Threads.start {
                    let own = IOLoop.current
                    own.callLater(0.5) { own.stop() }
                    guard own !== loop, own === IOLoop.current, (try? own.start()) != nil, (try? own.close()) != nil
                    else { return }
                    shared.done.add(1, ordering: .relaxed)
                    loop.addCallback { if shared.done.load(ordering: .relaxed) == 4 { loop.stop() } }
                }
            }
            let begin = loop.time()
            try expect(try loop.start(limit: 5), "\(shared.done.load(ordering: .relaxed)) of 4 ended well")
            try expect(loop.time() - begin < 1.9, "they ran one after the other")
        },
        Check("addCallback from a thread takes effect before the loop starts") { loop in
            Threads.run { loop.addCallback { loop.stop() } }
            try expect(try loop.start(limit: 5), "it was lost")
        },
    ]
}
