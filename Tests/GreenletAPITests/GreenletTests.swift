// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Testing
import TornadoCore

extension AllTests {
    @Suite("Greenlet")
    struct GreenletTests {
        @Test("spawn runs in the next turns, in order, and get returns the value", arguments: LoopKind.allCases)
        func spawn(_ loop: LoopKind) throws {
            try loop.run { stage in
                var order: [Int] = []
                let all = (0..<5).map { index in
                    Greenlet.spawn {
                        order.append(index)
                        return index * index
                    }
                }
                stage.expect(order, equals: [])
                let values = try all.map { try $0.get() }
                stage.expect(values, equals: [0, 1, 4, 9, 16])
                stage.expect(order, equals: [0, 1, 2, 3, 4])
                stage.expect(all[2].successful)
                stage.expect(all[2].ready)
                stage.expect(all[2].value, equals: 4)
                stage.expect(all[2].exception == nil)
            }
        }

        @Test("an error is thrown by get, kept, and seen by join as an end", arguments: LoopKind.allCases)
        func errors(_ loop: LoopKind) throws {
            try loop.run { stage in
                let failing = Greenlet.spawn(name: "failing") { () throws -> Int in throw Oops() }
                let joined = try failing.join(timeout: 5)
                stage.expect(joined)
                stage.expect(failing.ready && !failing.successful)
                stage.expect(failing.exception as? Oops, equals: Oops())
                stage.expect(throws: Oops.self) { _ = try failing.get() }
                stage.expect(throws: Oops.self) { try Greenlet.joinAll([failing], raiseError: true) }
            }
        }

        @Test("names are those given, else the place of the spawn", arguments: LoopKind.allCases)
        func names(_ loop: LoopKind) throws {
            try loop.run { stage in
                let named = Greenlet.spawn(name: "a name") { Greenlet.current.name }
                let unnamed = Greenlet.spawn { Greenlet.current.name }
                let name = try named.get()
                stage.expect(name, equals: "a name")
                let place = try unnamed.get()
                stage.expect(place.hasPrefix("GreenletAPITests/GreenletTests.swift:"), place)
                stage.expect(unnamed.name, equals: place)
                stage.expect(Greenlet.current.name, equals: "main")
            }
        }

        @Test("get gives up in time, and works afterwards", arguments: LoopKind.allCases)
        func getTimesOut(_ loop: LoopKind) throws {
            try loop.run { stage in
                let slow = Greenlet.spawn {
                    try Greenlet.sleep(0.2)
                    return "done"
                }
                stage.expect(throws: TimeoutError.self) { _ = try slow.get(timeout: 0.02) }
                stage.expect(throws: TimeoutError.self) { _ = try slow.get(block: false) }
                let joined = try slow.join(timeout: 0.01)
                stage.expect(!joined)
                let word = try slow.get(timeout: 5)
                stage.expect(word, equals: "done")
            }
        }

        @Test("spawnLater starts later; start starts once", arguments: LoopKind.allCases)
        func later(_ loop: LoopKind) throws {
            try loop.run { stage in
                var order: [String] = []
                let later = Greenlet.spawnLater(0.1) { order.append("later") }
                let now = Greenlet.spawn { order.append("now") }
                try Greenlet.joinAll([later, now], timeout: 5)
                stage.expect(order, equals: ["now", "later"])
                let manual = GreenletOf { order.append("manual") }
                try Greenlet.yield()
                stage.expect(order.count, equals: 2)
                stage.expect(!manual.started)
                manual.start()
                manual.start()
                try manual.join()
                stage.expect(order, equals: ["now", "later", "manual"])
            }
        }

        @Test("iwait gives greenlets as they end", arguments: LoopKind.allCases)
        func iwait(_ loop: LoopKind) throws {
            try loop.run { stage in
                let all = [0.3, 0.1, 0.2].map { seconds in
                    Greenlet.spawn(name: "\(seconds)") { try Greenlet.sleep(seconds) }
                }
                var names: [String] = []
                let ends = Greenlet.iwait(all)
                while let ended = try ends.next() { names.append(ended.name) }
                stage.expect(names, equals: ["0.1", "0.2", "0.3"])
                let never = Greenlet.spawn { try Greenlet.sleep(60) }
                let none = try Greenlet.iwait([never], timeout: 0.01).next()
                stage.expect(none == nil)
                try never.kill()
            }
        }

        @Test("links are called by the loop, in order, for the end they are meant for", arguments: LoopKind.allCases)
        func links(_ loop: LoopKind) throws {
            try loop.run { stage in
                var calls: [String] = []
                let good = Greenlet.spawn(name: "good") { 1 }
                let bad = Greenlet.spawn(name: "bad") { throw GreenletExit() }
                for greenlet in [good, bad] as [Greenlet] {
                    greenlet.link { calls.append("\($0.name) always") }
                    greenlet.linkValue { calls.append("\($0.name) value") }
                    greenlet.linkException { calls.append("\($0.name) exception") }
                }
                let taken = good.link { _ in calls.append("never") }
                good.unlink(taken)
                try Greenlet.joinAll([good, bad] as [Greenlet])
                try Greenlet.idle()
                stage.expect(calls, equals: ["good always", "good value", "bad always", "bad exception"])
                good.link { _ in
                    calls.append("late")
                    stage.expect(Greenlet.current.isLoop)
                }
                stage.expect(calls.count, equals: 4)
                try Greenlet.idle()
                stage.expect(calls.last, equals: "late")
            }
        }

        @Test("a closure goes when its greenlet ends, though the greenlet is kept", arguments: LoopKind.allCases)
        func freesClosures(_ loop: LoopKind) throws {
            try loop.run { stage in
                let before = Counted.alive
                var kept: [Greenlet] = []
                for _ in 0..<10 {
                    let object = Counted()
                    let greenlet = Greenlet.spawn { withExtendedLifetime(object) {} }
                    greenlet.link { _ in withExtendedLifetime(object) {} }
                    kept.append(greenlet)
                    let unrun = Greenlet.spawnLater(60) { withExtendedLifetime(object) {} }
                    try unrun.kill()
                    kept.append(unrun)
                }
                try Greenlet.joinAll(kept)
                try Greenlet.idle()
                stage.expect(Counted.alive, equals: before)
            }
        }

        @Test("ten thousand greenlets sleep at once and leave nothing", arguments: LoopKind.allCases)
        func many(_ loop: LoopKind) throws {
            try loop.run { stage in
                let before = Counted.alive
                var ended = 0
                do {
                    let all = (0..<10_000).map { _ in
                        let object = Counted()
                        return Greenlet.spawn {
                            try Greenlet.sleep(0.1)
                            withExtendedLifetime(object) { ended += 1 }
                        }
                    }
                    try Greenlet.joinAll(all, timeout: 60, raiseError: true)
                }
                stage.expect(ended, equals: 10_000)
                stage.expect(Counted.alive, equals: before)
            }
        }

        @Test("a callback of the loop cannot wait, and is told so", arguments: LoopKind.allCases)
        func callbackCannotWait(_ loop: LoopKind) throws {
            try loop.run { stage in
                let done = Event()
                IOLoop.current.spawnCallback {
                    let error = stage.expect(throws: GreenletError.self) { try Greenlet.sleep(1) }
                    stage.expect(error?.code, equals: .notInGreenlet)
                    stage.expect(error?.description.contains("Greenlet.sleep") ?? false)
                    done.set()
                }
                try done.wait(timeout: 5)
            }
        }

        @Test("waiting for a descriptor", arguments: LoopKind.allCases)
        func descriptors(_ loop: LoopKind) throws {
            try loop.run { stage in
                var ends: [Int32] = [0, 0]
                stage.expect(pipe(&ends), equals: 0)
                defer { for end in ends { close(end) } }
                let reader = ends[0]
                let waiter = Greenlet.spawn { try Greenlet.wait(reader, for: .read, timeout: 5) }
                try Greenlet.sleep(0.05)
                stage.expect(!waiter.ready)
                write(ends[1], "x", 1)
                let events = try waiter.get()
                stage.expect(events.contains(.read))
                var byte: UInt8 = 0
                read(reader, &byte, 1)
                let none = try Greenlet.wait(reader, for: .read, timeout: 0.01)
                stage.expect(none, equals: .none)
            }
        }
    }
}
