// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing
import TornadoCore

extension AllTests {
    @Suite("Killing")
    struct KillTests {
        /// Everything that a greenlet can wait in for ever.
        static let waits: [(String, @Sendable () throws -> Void)] = [
            ("sleep", { try Greenlet.sleep(60) }),
            ("Event", { try Event().wait() }),
            ("AsyncResult", { _ = try AsyncResult<Int>().get() }),
            ("Semaphore", { try Semaphore(0).acquire() }),
            ("Queue.get", { _ = try Queue<Int>().get() }),
            (
                "Queue.put",
                {
                    let queue = Queue<Int>(maxsize: 1)
                    try queue.put(1)
                    try queue.put(2)
                }
            ),
            ("Channel.get", { _ = try Channel<Int>().get() }),
            ("Channel.put", { try Channel<Int>().put(1) }),
            ("join", { try GreenletOf {}.join() }),
            ("switch", { try Greenlet.current.parent.switch() }),
            ("yield", { while true { try Greenlet.yield() } }),
        ]

        @Test("ends every kind of wait, runs defer and deinit, and is seen as the end", arguments: LoopKind.allCases)
        func everyWait(_ loop: LoopKind) throws {
            try loop.run { stage in
                let before = Counted.alive
                for (name, wait) in Self.waits {
                    var tidied = false
                    let object = Counted()
                    let greenlet = Greenlet.spawn(name: name) {
                        defer { tidied = true }
                        try withExtendedLifetime(object) { try wait() }
                    }
                    try Greenlet.yield()
                    try Greenlet.yield()
                    stage.expect(!greenlet.ready, name)
                    try greenlet.kill(timeout: 5)
                    stage.expect(greenlet.ready && tidied, name)
                    stage.expect(greenlet.exception is GreenletExit, name)
                    stage.expect(throws: GreenletExit.self) { try greenlet.get() }
                }
                stage.expect(Counted.alive, equals: before)
            }
        }

        @Test("one that has not begun never runs", arguments: LoopKind.allCases)
        func unstarted(_ loop: LoopKind) throws {
            try loop.run { stage in
                var ran = false
                let ready = Greenlet.spawn { ran = true }
                let later = Greenlet.spawnLater(0.01) { ran = true }
                let manual = GreenletOf { ran = true }
                try Greenlet.killAll([ready, later, manual])
                stage.expect(ready.ready && later.ready && manual.ready)
                try Greenlet.sleep(0.05)
                stage.expect(!ran)
                stage.expect(throws: GreenletExit.self) { try manual.get() }
            }
        }

        @Test("is sticky: further waits fail, and the end is a killed one", arguments: LoopKind.allCases)
        func sticky(_ loop: LoopKind) throws {
            try loop.run { stage in
                var failed = 0
                let stubborn = Greenlet.spawn { () -> Int in
                    for _ in 0..<3 {
                        do { try Greenlet.sleep(60) } catch { failed += 1 }
                    }
                    return 1
                }
                try Greenlet.yield()
                try Greenlet.yield()
                try stubborn.kill()
                stage.expect(failed, equals: 3)
                stage.expect(stubborn.value, equals: nil)
                stage.expect(stubborn.exception is GreenletExit)
            }
        }

        @Test("with an error of one's own, and of oneself", arguments: LoopKind.allCases)
        func ownErrors(_ loop: LoopKind) throws {
            try loop.run { stage in
                let sleeper = Greenlet.spawn { try Greenlet.sleep(60) }
                try Greenlet.yield()
                try Greenlet.yield()
                try sleeper.kill(Oops(word: "mine"))
                stage.expect(sleeper.exception as? Oops, equals: Oops(word: "mine"))
                var after = false
                let suicidal = Greenlet.spawn {
                    try Greenlet.current.kill()
                    after = true
                }
                try suicidal.join()
                stage.expect(!after)
                stage.expect(suicidal.exception is GreenletExit)
            }
        }

        @Test("without waiting, and no longer than asked", arguments: LoopKind.allCases)
        func notWaiting(_ loop: LoopKind) throws {
            try loop.run { stage in
                let slow = Greenlet.spawn { try Greenlet.sleep(60) }
                try Greenlet.yield()
                try Greenlet.yield()
                try slow.kill(block: false)
                stage.expect(!slow.ready)
                try slow.join(timeout: 5)
                stage.expect(slow.ready)
            }
        }

        @Test("throw is thrown once, from the present wait", arguments: LoopKind.allCases)
        func throwing(_ loop: LoopKind) throws {
            try loop.run { stage in
                let catcher = Greenlet.spawn { () -> String in
                    do {
                        try Greenlet.sleep(60)
                    } catch let error as Oops {
                        try Greenlet.sleep(0.01)
                        return error.word
                    }
                    return "nothing"
                }
                try Greenlet.yield()
                try Greenlet.yield()
                try catcher.throw(Oops(word: "caught"))
                let word = try catcher.get(timeout: 5)
                stage.expect(word, equals: "caught")
                let error = stage.expect(throws: GreenletError.self) { try catcher.throw(Oops()) }
                stage.expect(error?.code, equals: .ended)
            }
        }

        @Test("what was handed over at the same time is not lost", arguments: LoopKind.allCases)
        func nothingLost(_ loop: LoopKind) throws {
            try loop.run { stage in
                let queue = Queue<Int>()
                var got: [Int] = []
                let getter = Greenlet.spawn { while true { got.append(try queue.get()) } }
                try Greenlet.yield()
                try Greenlet.yield()
                try queue.put(1)
                try getter.kill()
                try queue.put(2)
                stage.expect(got, equals: [1])
                stage.expect(queue.qsize, equals: 1)
                let semaphore = Semaphore(0)
                var has = false
                let holder = Greenlet.spawn {
                    try semaphore.with {
                        has = true
                        try Greenlet.sleep(60)
                    }
                }
                try Greenlet.yield()
                try Greenlet.yield()
                semaphore.release()
                try holder.kill()
                stage.expect(has)
                stage.expect(semaphore.counter, equals: 1)
            }
        }
    }
}
