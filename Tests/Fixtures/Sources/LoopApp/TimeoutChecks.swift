// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var timeoutChecks: [Check] {
    [
        Check("timeouts fire in the order of their deadlines") { loop in
            var order: [Int] = []
            let begin = loop.time()
            for delay in [5, 1, 4, 2, 3] { loop.callAt(begin + Double(delay) * 0.002) { order.append(delay) } }
            loop.callAt(begin + 0.015) { loop.stop() }
            try loop.start()
            try expect(order, equals: [1, 2, 3, 4, 5])
        },
        Check("equal deadlines fire in the order they were set") { loop in
            let when = loop.time() + 0.002
            var order: [Int] = []
            for number in 0..<500 { loop.callAt(when) { order.append(number) } }
            loop.callAt(when) { loop.stop() }
            try loop.start()
            try expect(order, equals: Array(0..<500))
        },
        Check("ten thousand timeouts, half of them cancelled, fire in order") { loop in
            let begin = loop.time()
            var fired: [Double] = []
            var set: [Timeout] = []
            for _ in 0..<10_000 {
                let when = begin + Double.random(in: 0...0.02)
                set.append(loop.callAt(when) { fired.append(when) })
            }
            set.shuffle()
            for timeout in set.prefix(5000) { loop.removeTimeout(timeout) }
            loop.callAt(begin + 0.03) { loop.stop() }
            try loop.start()
            try expect(fired.count, equals: 5000)
            try expect(fired == fired.sorted(), "they fired out of order")
        },
        Check("a cancelled timeout does not fire, and cancelling twice is harmless") { loop in
            var isFired = false
            let timeout = loop.callLater(0.001) { isFired = true }
            try expect(timeout.isPending, "it is not pending")
            loop.removeTimeout(timeout)
            loop.removeTimeout(timeout)
            loop.callLater(0.005) { loop.stop() }
            try loop.start()
            try expect(!isFired && !timeout.isPending, "it fired")
        },
        Check("cancelling a timeout that has fired is harmless") { loop in
            let timeout = loop.callLater(0) { loop.stop() }
            try loop.start()
            loop.removeTimeout(timeout)
        },
        Check("a timeout that cancels another due one keeps it from firing") { loop in
            let when = loop.time()
            var order: [String] = []
            var second: Timeout?
            loop.callAt(when) {
                order.append("first")
                if let second { loop.removeTimeout(second) }
            }
            second = loop.callAt(when) { order.append("second") }
            loop.callAt(when) { loop.stop() }
            try loop.start()
            try expect(order, equals: ["first"])
        },
        Check("a timeout in the past fires in the next turn, not at once") { loop in
            var order: [String] = []
            loop.callLater(0) {
                loop.callAt(loop.time() - 100) {
                    order.append("past")
                    loop.stop()
                }
                loop.spawnCallback { order.append("callback") }
            }
            try loop.start()
            try expect(order, equals: ["callback", "past"])
        },
        Check("timeouts in the past that set themselves again do not starve callbacks") { loop in
            var isOver = false
            func again() { if !isOver { loop.callAt(0, again) } }
            again()
            loop.callLater(0.002) { loop.spawnCallback { loop.stop() } }
            try expect(try loop.start(limit: 2), "the callback was starved")
            isOver = true
        },
        Check("a deadline that is not a number is refused") { loop in
            let table = Registry.ioloop
            guard let handle = table.pointee.current() else { return }
            errno = 0
            let timeout = table.pointee.call_at(handle, .nan, { _ in }, nil)
            try expect(timeout == nil && errno == EINVAL, "it was taken")
        },
        Check("an infinite deadline never fires, and can be cancelled") { loop in
            let timeout = loop.callAt(.infinity) {}
            loop.callLater(0.002) { loop.stop() }
            try loop.start()
            try expect(timeout.isPending, "it fired")
            loop.removeTimeout(timeout)
        },
        Check("delays below a second are kept: 300 ms") { loop in
            let begin = loop.time()
            loop.callLater(0.3) { loop.stop() }
            try loop.start()
            let passed = loop.time() - begin
            try expect(passed >= 0.3 && passed < 0.99, "it took \(passed) s")
        },
        Check("delays below a millisecond are kept: 0.2 ms") { loop in
            // The shortest of many: the machine may have other things to do meanwhile.
            var shortest = Double.infinity
            var left = 500
            func next() {
                let begin = loop.time()
                loop.callLater(0.0002) {
                    shortest = min(shortest, loop.time() - begin)
                    left -= 1
                    if left == 0 { loop.stop() } else { next() }
                }
            }
            next()
            try loop.start()
            try expect(shortest >= 0.0002 && shortest < 0.0009, "it took \(shortest) s")
        },
        Check("a timeout never fires early") { loop in
            var early = 0.0
            var left = 50
            func next() {
                let when = loop.time() + 0.00037
                loop.callAt(when) {
                    early = max(early, when - loop.time())
                    left -= 1
                    if left == 0 { loop.stop() } else { next() }
                }
            }
            next()
            try loop.start()
            try expect(early, equals: 0)
        },
        Check("addTimeout takes deadlines and durations") { loop in
            var order: [String] = []
            loop.addTimeout(.milliseconds(4)) { order.append("duration") }
            loop.addTimeout(loop.time() + 0.002) { order.append("deadline") }
            loop.callLater(.milliseconds(8)) { loop.stop() }
            try loop.start()
            try expect(order, equals: ["deadline", "duration"])
        },
        Check("an earlier timeout set while a later one is awaited fires in time") { loop in
            let begin = loop.time()
            var fired = 0.0
            let late = loop.callLater(5) {}
            loop.callLater(0.005) {
                loop.callLater(0.005) {
                    fired = loop.time() - begin
                    loop.stop()
                }
            }
            try loop.start()
            loop.removeTimeout(late)
            try expect(fired >= 0.01 && fired < 4, "it fired after \(fired) s")
        },
        Check("time never goes back") { loop in
            var last = loop.time()
            for _ in 0..<100_000 {
                let now = loop.time()
                try expect(now >= last, "\(now) came after \(last)")
                last = now
            }
        },
    ]
}
