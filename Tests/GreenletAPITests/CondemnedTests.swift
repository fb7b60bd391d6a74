// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Testing
import TornadoCore

extension AllTests {
    /// Between its kill and its end a greenlet stands where it stood: what others do then.
    @Suite("Killed, and not ended yet")
    struct CondemnedTests {
        /// Two wait and the first is killed, then `give` has something for one: the second must get it.
        private func checkHeir(
            _ name: String,
            _ stage: Stage,
            _ wait: @escaping () throws -> Void,
            _ give: () throws -> Void
        ) throws {
            var got: [String] = []
            let first = Greenlet.spawn {
                try wait()
                got.append("first")
            }
            let second = Greenlet.spawn {
                try wait()
                got.append("second")
            }
            for _ in 0..<3 { try Greenlet.yield() }
            try first.kill(block: false)
            try give()
            try second.join(timeout: 2)
            stage.expect(got, equals: ["second"], name)
            try Greenlet.killAll([first, second])
        }

        @Test("the next one gets what is handed over", arguments: LoopKind.allCases)
        func heirs(_ loop: LoopKind) throws {
            try loop.run { stage in
                let queue = Queue<Int>()
                try self.checkHeir("Queue.get", stage, { _ = try queue.get() }, { try queue.put(1) })
                let full = Queue<Int>(maxsize: 1)
                try full.put(0)
                try self.checkHeir("Queue.put", stage, { try full.put(1) }, { _ = try full.get() })
                stage.expect(full.qsize, equals: 1)
                let semaphore = Semaphore(0)
                try self.checkHeir("Semaphore", stage, { try semaphore.acquire() }, { semaphore.release() })
                let condition = Condition()
                try self.checkHeir("Condition", stage, { try condition.wait() }, { condition.notify() })
                let channel = Channel<Int>()
                try self.checkHeir("Channel.get", stage, { _ = try channel.get() }, { try channel.put(1) })
                try self.checkHeir("Channel.put", stage, { try channel.put(1) }, { _ = try channel.get() })
                // Nobody is left that could take it.
                let alone = Greenlet.spawn { try semaphore.acquire() }
                for _ in 0..<2 { try Greenlet.yield() }
                try alone.kill(block: false)
                semaphore.release()
                stage.expect(semaphore.counter, equals: 1)
                try alone.join()
            }
        }

        @Test("code that polls on lets others do what it polls for", arguments: LoopKind.allCases)
        func polling(_ loop: LoopKind) throws {
            try loop.run { stage in
                let polls: [(String, () throws -> Void)] = [
                    ("sleep", { try Greenlet.sleep(0.001) }), ("yield", { try Greenlet.yield() }),
                    ("wait", { try Event().wait() }), ("switch", { try Greenlet.current.parent.switch() }),
                ]
                for (name, poll) in polls {
                    var isDone = false
                    var count = 0
                    let stubborn = Greenlet.spawn {
                        // A bound, as nobody else ran where this fails.
                        while !isDone, count < 100_000 {
                            try? poll()
                            count += 1
                        }
                    }
                    for _ in 0..<3 { try Greenlet.yield() }
                    try stubborn.kill(block: false)
                    let helper = Greenlet.spawn {
                        try Greenlet.sleep(0.05)
                        isDone = true
                    }
                    try stubborn.join(timeout: 10)
                    stage.expect(isDone && count < 1000, "\(name): \(count) times")
                    try Greenlet.killAll([stubborn, helper])
                }
            }
        }

        @Test("a pool that was killed begins nothing more", arguments: LoopKind.allCases)
        func mappingPool(_ loop: LoopKind) throws {
            try loop.run { stage in
                for maxsize in [nil, 50] {
                    let pool = Pool(3)
                    var begun = 0
                    let results = pool.imap(0..<100, maxsize: maxsize) { (_: Int) in
                        begun += 1
                        try Greenlet.sleep(0.02)
                    }
                    while pool.count == 0 { try Greenlet.yield() }
                    try pool.kill()
                    let before = begun
                    try Greenlet.sleep(0.1)
                    stage.expect(begun, equals: before)
                    stage.expect(pool.count, equals: 0)
                    withExtendedLifetime(results) {}
                }
            }
        }

        @Test("a member that kills its group is the last", arguments: LoopKind.allCases)
        func byMember(_ loop: LoopKind) throws {
            try loop.run { stage in
                let group = Group()
                for number in 0..<10 {
                    try group.spawn {
                        if number == 5 { try group.kill() }
                        try Greenlet.sleep(60)
                    }
                }
                let isEmpty = try group.join(timeout: 5)
                stage.expect(isEmpty)
                let other = Greenlet.spawn { try Greenlet.sleep(60) }
                let killer = Greenlet.spawn { try Greenlet.killAll([Greenlet.current, other]) }
                try Greenlet.joinAll([killer, other], timeout: 5)
                stage.expect(killer.exception is GreenletExit && other.exception is GreenletExit)
            }
        }

        @Test("members that come in while others die are killed, too", arguments: LoopKind.allCases)
        func late(_ loop: LoopKind) throws {
            try loop.run { stage in
                let group = Group()
                var ran = 0
                for _ in 0..<3 {
                    try group.spawn {
                        defer {
                            _ = try? group.spawn {
                                try Greenlet.sleep(0.05)
                                ran += 1
                            }
                        }
                        try Greenlet.sleep(60)
                    }
                }
                for _ in 0..<2 { try Greenlet.yield() }
                try group.kill()
                stage.expect(group.count, equals: 0)
                try Greenlet.sleep(0.1)
                stage.expect(ran, equals: 0)
            }
        }

        @Test("a callback and a task kill a group without waiting", arguments: LoopKind.allCases)
        func withoutWaiting(_ loop: LoopKind) throws {
            try loop.run { stage in
                let group = Group()
                for inTask in [false, true] {
                    var failure: (any Error)?
                    let told = Event()
                    try group.spawn { try Greenlet.sleep(60) }
                    try Greenlet.yield()
                    let kill = {
                        do { try group.kill() } catch { failure = error }
                        told.set()
                    }
                    if inTask { IOLoop.current.spawn { kill() } } else { IOLoop.current.spawnCallback { kill() } }
                    try told.wait(timeout: 5)
                    stage.expect(failure == nil, "\(String(describing: failure))")
                    let isEmpty = try group.join(timeout: 5)
                    stage.expect(isEmpty)
                }
            }
        }

        /// Owns a greenlet whose body owns it.
        private final class Service {
            var worker: GreenletOf<Void>?

            func start() -> GreenletOf<Void> {
                let worker = Greenlet.spawn { [self] in try withExtendedLifetime(self) { try Greenlet.sleep(60) } }
                self.worker = worker
                return worker
            }

            deinit { try? self.worker?.kill(block: false) }
        }

        @Test("what its body held may kill it again", arguments: LoopKind.allCases)
        func owner(_ loop: LoopKind) throws {
            try loop.run { stage in
                let worker = Service().start()
                try worker.kill()
                stage.expect(worker.exception is GreenletExit)
            }
        }

        @Test("its parent's parent gets the value of one whose parent has ended", arguments: LoopKind.allCases)
        func orphan(_ loop: LoopKind) throws {
            try loop.run { stage in
                let outer = Greenlet.spawn { () -> String? in
                    let me = Greenlet.current
                    var child: GreenletOf<String>?
                    let parent = GreenletOf<Void> {
                        let made = GreenletOf<String>(receiving: { _ in
                            try me.switch("from the child")
                            return "the end"
                        })
                        child = made
                        try made.switch()
                    }
                    let first = try parent.switch() as? String
                    stage.expect(first, equals: "from the child")
                    try parent.kill()
                    stage.expect(parent.parent === me)
                    let last = try child?.switch() as? String
                    // Nobody is held longer than somebody needs it.
                    stage.expect(child?.parent.isLoop == true)
                    return last
                }
                let value = try outer.get(timeout: 5)
                stage.expect(value, equals: "the end")
            }
        }

        @Test("two errors are thrown by two waits", arguments: LoopKind.allCases)
        func twice(_ loop: LoopKind) throws {
            try loop.run { stage in
                let catcher = Greenlet.spawn { () -> [String] in
                    var words: [String] = []
                    for _ in 0..<3 {
                        do { try Greenlet.sleep(0.01) } catch let error as Oops { words.append(error.word) }
                    }
                    return words
                }
                for _ in 0..<2 { try Greenlet.yield() }
                try catcher.throw(Oops(word: "one"))
                try catcher.throw(Oops(word: "two"))
                let words = try catcher.get(timeout: 5)
                stage.expect(words, equals: ["one", "two"])
            }
        }

        @Test("blocking code's own GreenletExit is no cancellation", arguments: LoopKind.allCases)
        func exitInTask(_ loop: LoopKind) throws {
            try loop.run { stage in
                var failure: (any Error)?
                let ended = Event()
                IOLoop.current.spawn {
                    do { try await blocking { throw GreenletExit() } } catch { failure = error }
                    ended.set()
                }
                try ended.wait(timeout: 5)
                stage.expect(failure is GreenletExit, "\(String(describing: failure))")
            }
        }
    }
}
