// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

var callbackChecks: [Check] {
    [
        Check("callbacks run in the order they were added") { loop in
            var order: [Int] = []
            for number in 0..<1000 { loop.spawnCallback { order.append(number) } }
            loop.spawnCallback { loop.stop() }
            try loop.start()
            try expect(order, equals: Array(0..<1000))
        },
        Check("a callback never runs inside the call that adds it") { loop in
            var order: [String] = []
            loop.spawnCallback {
                loop.spawnCallback {
                    order.append("inner")
                    loop.stop()
                }
                order.append("outer")
            }
            try loop.start()
            try expect(order, equals: ["outer", "inner"])
        },
        Check("descriptors and timeouts get their turn between callbacks that add callbacks") { loop in
            let pair = try Pair()
            var order: [String] = []
            try loop.addHandler(pair.first, .read) { _, _ in
                pair.drain()
                order.append("descriptor")
            }
            loop.spawnCallback {
                pair.send()
                loop.callLater(0) { order.append("timeout") }
                loop.spawnCallback {
                    order.append("callback")
                    loop.stop()
                }
            }
            try loop.start()
            try loop.removeHandler(pair.first)
            try expect(order, equals: ["descriptor", "timeout", "callback"])
        },
        Check("what a handler adds runs in the same turn") { loop in
            let pair = try Pair()
            var turns = 0
            var turnOfCallback = -1
            func count() {
                turns += 1
                if turns < 10 { loop.spawnCallback(count) } else { loop.stop() }
            }
            try loop.addHandler(pair.first, .read) { _, _ in
                pair.drain()
                let turn = turns
                loop.spawnCallback { turnOfCallback = turns - turn }
            }
            pair.send()
            loop.spawnCallback(count)
            try loop.start()
            try loop.removeHandler(pair.first)
            // The counter, which was added first, has run once in between.
            try expect(turnOfCallback, equals: 1)
        },
        Check("callbacks that add themselves do not starve a 10 ms timeout") { loop in
            var runs = 0
            var isOver = false
            let begin = loop.time()
            var fired = 0.0
            loop.callLater(0.010) {
                fired = loop.time() - begin
                loop.stop()
            }
            func selfAdding() {
                runs += 1
                if !isOver { loop.spawnCallback(selfAdding) }
            }
            loop.spawnCallback(selfAdding)
            try loop.start()
            isOver = true
            loop.spawnCallback { loop.stop() }
            try loop.start()
            try expect(fired >= 0.010 && fired < 4, "it fired after \(fired) s")
            try expect(runs > 1, "the callbacks ran \(runs) times")
        },
        Check("callbacks that add themselves do not starve a descriptor") { loop in
            let pair = try Pair()
            var isOver = false
            func again() { if !isOver { loop.spawnCallback(again) } }
            loop.spawnCallback(again)
            try loop.addHandler(pair.first, .read) { _, _ in
                isOver = true
                loop.stop()
            }
            loop.callLater(0.002) { pair.send() }
            try expect(try loop.start(limit: 2), "the descriptor was starved")
            try loop.removeHandler(pair.first)
        },
        Check("a hundred thousand callbacks in one turn") { loop in
            var count = 0
            for _ in 0..<100_000 { loop.spawnCallback { count += 1 } }
            loop.spawnCallback { loop.stop() }
            try loop.start()
            try expect(count, equals: 100_000)
        },
        Check("addCallback frees what its closure holds") { loop in
            final class Held {}
            weak var held: Held?
            do {
                let object = Held()
                held = object
                loop.spawnCallback { _ = object }
            }
            try expect(held != nil, "it was freed too early")
            loop.spawnCallback { loop.stop() }
            try loop.start()
            try expect(held == nil, "it was not freed")
        },
    ]
}
