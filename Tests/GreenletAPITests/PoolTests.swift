// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Testing
import TornadoCore

extension AllTests {
    @Suite("Groups and pools")
    struct PoolTests {
        @Test("a group is joined and killed together", arguments: LoopKind.allCases)
        func group(_ loop: LoopKind) throws {
            try loop.run { stage in
                let group = Group()
                let gate = Event()
                var done = 0
                for _ in 0..<5 {
                    try group.spawn {
                        try gate.wait()
                        done += 1
                    }
                }
                stage.expect(group.count, equals: 5)
                let inTime = try group.join(timeout: 0.001)
                stage.expect(!inTime)
                gate.set()
                try group.join()
                stage.expect(done, equals: 5)
                stage.expect(group.count, equals: 0)
                let member = try group.spawn { try Greenlet.sleep(60) }
                try group.spawn { try Greenlet.sleep(60) }
                try Greenlet.idle()
                try group.killOne(member)
                stage.expect(member.ready)
                stage.expect(group.count, equals: 1)
                try group.kill()
                stage.expect(group.count, equals: 0)
                let failing = try group.spawn { throw Oops() }
                stage.expect(throws: Oops.self) { try group.join(raiseError: true) }
                stage.expect(failing.ready)
            }
        }

        @Test("a pool runs so many at once; the rest waits", arguments: LoopKind.allCases)
        func pool(_ loop: LoopKind) throws {
            try loop.run { stage in
                let pool = Pool(3)
                var now = 0
                var most = 0
                for _ in 0..<10 {
                    try pool.spawn {
                        now += 1
                        most = max(most, now)
                        try Greenlet.sleep(0.005)
                        now -= 1
                    }
                }
                try pool.join()
                stage.expect(most, equals: 3)
                for _ in 0..<3 { try pool.spawn { try Greenlet.sleep(0.1) } }
                stage.expect(pool.full)
                let atOnce = try pool.waitAvailable(timeout: 0.001)
                stage.expect(!atOnce)
                let available = try pool.waitAvailable(timeout: 5)
                stage.expect(available)
                try pool.join()
                stage.expect(pool.freeCount, equals: 3)
                let outside = Greenlet.spawn { try Greenlet.sleep(0.02) }
                try pool.add(outside)
                stage.expect(pool.contains(outside))
                stage.expect(pool.freeCount, equals: 2)
                pool.discard(outside)
                stage.expect(pool.freeCount, equals: 3)
                try outside.join()
                stage.expect(pool.freeCount, equals: 3)
            }
        }

        @Test("map keeps the order, and throws", arguments: LoopKind.allCases)
        func map(_ loop: LoopKind) throws {
            try loop.run { stage in
                let pool = Pool(4)
                let squares = try pool.map(0..<50) { number -> Int in
                    try Greenlet.sleep(Double((number * 7) % 5) * 0.001)
                    return number * number
                }
                stage.expect(squares, equals: (0..<50).map { $0 * $0 })
                stage.expect(throws: Oops.self) {
                    _ = try pool.map(0..<5) { if $0 == 3 { throw Oops() } }
                }
                try pool.join()
                let one = Pool(1)
                let nested = try one.apply { try one.apply { 7 } }
                stage.expect(nested, equals: 7)
                stage.expect(throws: Oops.self) { try one.apply { throw Oops() } }
            }
        }

        @Test("imap gives results in order, imapUnordered as they come", arguments: LoopKind.allCases)
        func imap(_ loop: LoopKind) throws {
            try loop.run { stage in
                let pool = Pool(3)
                let delays = [0.2, 0.01, 0.1]
                let ordered = pool.imap(delays.enumerated()) { entry -> Int in
                    try Greenlet.sleep(entry.element)
                    return entry.offset
                }
                var indices: [Int] = []
                while let index = try ordered.next() { indices.append(index) }
                stage.expect(indices, equals: [0, 1, 2])
                let unordered = pool.imapUnordered(delays.enumerated()) { entry -> Int in
                    try Greenlet.sleep(entry.element)
                    return entry.offset
                }
                indices = []
                while let index = try unordered.next() { indices.append(index) }
                stage.expect(indices, equals: [1, 2, 0])
                let none = try pool.imap([Int]()) { $0 }.next()
                stage.expect(none, equals: nil)
            }
        }

        @Test("imap takes items as its results are taken, and goes on after an error", arguments: LoopKind.allCases)
        func imapIsLazy(_ loop: LoopKind) throws {
            try loop.run { stage in
                let group = Group()
                var taken = 0
                let items = sequence(state: 0) { (next: inout Int) -> Int? in
                    guard next < 10 else { return nil }
                    next += 1
                    taken = next
                    return next
                }
                let results = group.imap(items, maxsize: 2) { number -> Int in
                    if number == 2 { throw Oops() }
                    return number
                }
                try Greenlet.sleep(0.02)
                stage.expect(taken, equals: 3, "two begun, one in the feeder's hand")
                let first = try results.next()
                stage.expect(first, equals: 1)
                stage.expect(throws: Oops.self) { _ = try results.next() }
                var rest: [Int] = []
                while let next = try results.next() { rest.append(next) }
                stage.expect(rest, equals: Array(3...10))
                let endless = group.imap(sequence(first: 0) { $0 + 1 }, maxsize: 1) { $0 }
                _ = try endless.next()
                try group.kill()
            }
        }

        @Test("threads do what cannot wait, while greenlets run", arguments: LoopKind.allCases)
        func threads(_ loop: LoopKind) throws {
            try loop.run { stage in
                let pool = ThreadPool(2)
                var ticks = 0
                let ticker = Greenlet.spawn {
                    while true {
                        try Greenlet.sleep(0.005)
                        ticks += 1
                    }
                }
                let here = pthread_self()
                let elsewhere = try pool.apply { () -> Bool in
                    usleep(100_000)
                    return pthread_equal(here, pthread_self()) == 0
                }
                stage.expect(elsewhere)
                stage.expect(ticks > 2, "\(ticks)")
                try ticker.kill()
                let doubled = try pool.map(0..<20) { number in number * 2 }
                stage.expect(doubled, equals: (0..<20).map { $0 * 2 })
                stage.expect(throws: Oops.self) { try pool.apply { throw Oops() } }
                let job = try pool.spawn { 1 }
                try pool.join()
                stage.expect(job.value, equals: 1)
                stage.expect(pool.count, equals: 0)
            }
        }

        @Test("one greenlet that two add takes one place", arguments: LoopKind.allCases)
        func addedTwice(_ loop: LoopKind) throws {
            try loop.run { stage in
                let pool = Pool(2)
                let busy = try (0..<2).map { _ in try pool.spawn { try Greenlet.sleep(60) } }
                let outside = Greenlet.spawn { try Greenlet.sleep(60) }
                let adders = (0..<2).map { _ in Greenlet.spawn { try pool.add(outside) } }
                try Greenlet.idle()
                try Greenlet.killAll(busy)
                try Greenlet.joinAll(adders, timeout: 5, raiseError: true)
                stage.expect(pool.count, equals: 1)
                stage.expect(pool.freeCount, equals: 1)
                try outside.kill()
                stage.expect(pool.freeCount, equals: 2)
            }
        }

        @Test("results that nobody takes are not made", arguments: LoopKind.allCases)
        func givenUp(_ loop: LoopKind) throws {
            // That no greenlet is left is what the stage looks at in the end.
            try loop.run { stage in
                let before = Counted.alive
                let group = Group()
                for isOrdered in [true, false] {
                    let object = Counted()
                    let items = sequence(first: 0) { $0 + 1 }
                    let work = { (number: Int) in withExtendedLifetime(object) { number } }
                    let results =
                        isOrdered
                        ? group.imap(items, maxsize: 2, work) : group.imapUnordered(items, maxsize: 2, work)
                    let first = try results.next()
                    stage.expect(first, equals: 0)
                }
                try group.join(timeout: 5)
                stage.letGreenletsEnd()
                stage.expect(Counted.alive, equals: before)
            }
        }

        @Test("waiting in vain leaves nothing behind", arguments: LoopKind.allCases)
        func inVain(_ loop: LoopKind) throws {
            try loop.run { stage in
                let before = Counted.alive
                do {
                    let object = Counted()
                    let never = GreenletOf { withExtendedLifetime(object) {} }
                    let ended = try Greenlet.joinAll([never], timeout: 0.001)
                    stage.expect(ended.isEmpty)
                }
                stage.expect(Counted.alive, equals: before)
            }
        }
    }
}
