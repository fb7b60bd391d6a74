// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing
import TornadoCore

extension AllTests {
    @Suite("Queues and channels")
    struct QueueTests {
        @Test("items come out in order, to getters in order", arguments: LoopKind.allCases)
        func order(_ loop: LoopKind) throws {
            try loop.run { stage in
                let queue = SimpleQueue<Int>()
                var got: [String] = []
                let getters = (0..<3).map { index in
                    Greenlet.spawn { got.append("\(index):\(try queue.get())") }
                }
                try Greenlet.sleep(0.01)
                stage.expect(queue.waitingToGet, equals: 3)
                for item in 10..<15 { try queue.put(item) }
                try Greenlet.joinAll(getters)
                stage.expect(got, equals: ["0:10", "1:11", "2:12"])
                stage.expect(queue.qsize, equals: 2)
                stage.expect(queue.peek(), equals: 13)
                let rest = try [queue.get(), queue.getNowait()]
                stage.expect(rest, equals: [13, 14])
                let error = stage.expect(throws: GreenletError.self) { _ = try queue.getNowait() }
                stage.expect(error?.code, equals: .empty)
                stage.expect(throws: GreenletError.self) { _ = try queue.get(timeout: 0.01) }
                stage.expect(queue.isEmpty)
                stage.expect(queue.waitingToGet, equals: 0)
            }
        }

        @Test("a full queue makes putters wait, in order", arguments: LoopKind.allCases)
        func full(_ loop: LoopKind) throws {
            try loop.run { stage in
                let queue = Queue<Int>(maxsize: 2)
                var put: [Int] = []
                let putters = (0..<5).map { item in
                    Greenlet.spawn {
                        try queue.put(item)
                        put.append(item)
                    }
                }
                try Greenlet.sleep(0.01)
                stage.expect(put, equals: [0, 1])
                stage.expect(queue.isFull)
                let error = stage.expect(throws: GreenletError.self) { try queue.putNowait(9) }
                stage.expect(error?.code, equals: .full)
                stage.expect(throws: GreenletError.self) { try queue.put(9, timeout: 0.01) }
                var got: [Int] = []
                for _ in 0..<5 { got.append(try queue.get()) }
                try Greenlet.joinAll(putters)
                stage.expect(got, equals: [0, 1, 2, 3, 4])
                stage.expect(put, equals: [0, 1, 2, 3, 4])
            }
        }

        @Test("many items through a small queue arrive once each, in order", arguments: LoopKind.allCases)
        func many(_ loop: LoopKind) throws {
            try loop.run { stage in
                let queue = SimpleQueue<Int>(maxsize: 7)
                let before = Counted.alive
                let producer = Greenlet.spawn { for item in 0..<20_000 { try queue.put(item) } }
                var next = 0
                while next < 20_000 {
                    let item = try queue.get()
                    if item != next { stage.expect(item, equals: next) }
                    next += 1
                }
                try producer.join()
                stage.expect(Counted.alive, equals: before)
            }
        }

        @Test("the least comes first, equal ones as they came; or the last first", arguments: LoopKind.allCases)
        func otherOrders(_ loop: LoopKind) throws {
            try loop.run { stage in
                let least = PriorityQueue<(Int, String)> { $0.0 < $1.0 }
                for item in [(3, "c"), (1, "a1"), (2, "b"), (1, "a2"), (1, "a3")] { try least.put(item) }
                var words: [String] = []
                while !least.isEmpty { words.append(try least.get().1) }
                stage.expect(words, equals: ["a1", "a2", "a3", "b", "c"])
                let numbers = PriorityQueue<Int>()
                var state: UInt32 = 12345
                for _ in 0..<500 {
                    state = state &* 1_664_525 &+ 1_013_904_223
                    try numbers.put(Int(state >> 16))
                }
                var sorted: [Int] = []
                while !numbers.isEmpty { sorted.append(try numbers.get()) }
                stage.expect(sorted, equals: sorted.sorted())
                let last = LifoQueue<Int>()
                for item in 0..<3 { try last.put(item) }
                let got = try [last.get(), last.get(), last.get()]
                stage.expect(got, equals: [2, 1, 0])
            }
        }

        @Test("join waits until everything is done", arguments: LoopKind.allCases)
        func join(_ loop: LoopKind) throws {
            try loop.run { stage in
                let queue = JoinableQueue<Int>(maxsize: 3)
                let atOnce = try queue.join()
                stage.expect(atOnce)
                var done = 0
                let worker = Greenlet.spawn {
                    while true {
                        _ = try queue.get()
                        try Greenlet.sleep(0.001)
                        done += 1
                        queue.taskDone()
                    }
                }
                for item in 0..<10 { try queue.put(item) }
                let inTime = try queue.join(timeout: 0.0001)
                stage.expect(!inTime)
                try queue.join(timeout: 5)
                stage.expect(done, equals: 10)
                stage.expect(queue.unfinishedTasks, equals: 0)
                try worker.kill()
            }
        }

        @Test("shutdown ends all waits; what is in comes out first", arguments: LoopKind.allCases)
        func shutdown(_ loop: LoopKind) throws {
            try loop.run { stage in
                let empty = Queue<Int>()
                let getter = Greenlet.spawn { try empty.get() }
                let full = Queue<Int>(maxsize: 1)
                try full.put(1)
                let putter = Greenlet.spawn { try full.put(2) }
                try Greenlet.sleep(0.01)
                empty.shutdown()
                full.shutdown()
                for greenlet in [getter, putter] as [Greenlet] {
                    try greenlet.join()
                    stage.expect((greenlet.exception as? GreenletError)?.code, equals: .shutDown)
                }
                let last = try full.get()
                stage.expect(last, equals: 1)
                let error = stage.expect(throws: GreenletError.self) { _ = try full.get() }
                stage.expect(error?.code, equals: .shutDown)
                stage.expect(throws: GreenletError.self) { try full.put(3) }
                let dropped = Queue<Int>()
                try dropped.put(1)
                dropped.shutdown(immediate: true)
                let joined = try dropped.join(timeout: 1)
                stage.expect(joined && dropped.isEmpty)
            }
        }

        @Test("a channel's put ends when the item was got", arguments: LoopKind.allCases)
        func channel(_ loop: LoopKind) throws {
            try loop.run { stage in
                let channel = Channel<Int>()
                var events: [String] = []
                let putter = Greenlet.spawn {
                    for item in 0..<3 {
                        try channel.put(item)
                        events.append("put \(item)")
                    }
                }
                try Greenlet.sleep(0.01)
                stage.expect(events, equals: [])
                stage.expect(channel.balance, equals: 1)
                for item in 0..<3 {
                    let got = try channel.get()
                    stage.expect(got, equals: item)
                }
                try putter.join()
                stage.expect(events, equals: ["put 0", "put 1", "put 2"])
                stage.expect(throws: GreenletError.self) { _ = try channel.get(timeout: 0.01) }
                stage.expect(throws: GreenletError.self) { try channel.put(1, timeout: 0.01) }
                stage.expect(throws: GreenletError.self) { try channel.putNowait(1) }
                let getter = Greenlet.spawn { try channel.get() }
                try Greenlet.sleep(0.01)
                stage.expect(channel.balance, equals: -1)
                try channel.put(5, block: false)
                let five = try getter.get()
                stage.expect(five, equals: 5)
            }
        }
    }
}
