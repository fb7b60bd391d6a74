// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Testing
import TornadoCore

extension AllTests {
    /// Greenlets, tasks and callbacks at one object.
    @Suite("Locks and queues in three forms")
    struct MixedWaitTests {
        /// Begins waits of the three kinds, in turn, each of which adds its number to `order` when it has what it wants.
        private func waitInTurn(
            _ rounds: Int,
            _ order: @escaping (Int) -> Void,
            greenlet: @escaping () throws -> Void,
            task: @escaping () async throws -> Void,
            callback: (@escaping () -> Void) -> Void
        ) throws {
            for round in 0..<rounds {
                let first = round * 3
                Greenlet.spawn {
                    try greenlet()
                    order(first)
                }
                try Greenlet.sleep(0.005)
                IOLoop.current.spawn {
                    do {
                        try await task()
                        order(first + 1)
                    } catch {
                        order(-1)
                    }
                }
                try Greenlet.sleep(0.005)
                callback { order(first + 2) }
            }
        }

        /// Runs turns until `condition` holds, some seconds at most.
        private func until(_ condition: () -> Bool) throws {
            for _ in 0..<2000 where !condition() { try Greenlet.sleep(0.002) }
        }

        @Test("a semaphore's permits go to who came first, whatever waits", arguments: LoopKind.allCases)
        func semaphore(_ loop: LoopKind) throws {
            try loop.run { stage in
                let semaphore = Semaphore(0)
                var order: [Int] = []
                try self.waitInTurn(
                    3,
                    { order.append($0) },
                    greenlet: { try semaphore.acquire() },
                    task: { try await semaphore.acquire() },
                    callback: { done in semaphore.acquire { _ in done() } }
                )
                stage.expect(semaphore.waiting, equals: 9)
                for count in 1...9 {
                    semaphore.release()
                    try self.until { order.count == count }
                }
                stage.expect(order, equals: Array(0..<9))
                stage.expect(semaphore.counter, equals: 0)
            }
        }

        @Test("a lock has one holder at a time, whatever holds it", arguments: LoopKind.allCases)
        func lock(_ loop: LoopKind) throws {
            try loop.run { stage in
                let lock = Lock()
                var inside = 0
                var log: [Int] = []
                func enter() {
                    inside += 1
                    if inside > 1 { log.append(-99) }
                }
                try lock.acquire()
                try self.waitInTurn(
                    2,
                    { log.append($0) },
                    greenlet: {
                        try lock.with {
                            enter()
                            try Greenlet.sleep(0.005)
                            inside -= 1
                        }
                    },
                    task: {
                        try await lock.with {
                            enter()
                            _ = try await Event().wait(timeout: 0.005)
                            inside -= 1
                        }
                    },
                    callback: { done in
                        lock.acquire { isTaken in
                            if !isTaken { return }
                            enter()
                            IOLoop.current.callLater(0.005) {
                                inside -= 1
                                lock.release()
                                done()
                            }
                        }
                    }
                )
                stage.expect(lock.waiting, equals: 6)
                lock.release()
                try self.until { log.count >= 6 && !lock.locked }
                stage.expect(log, equals: Array(0..<6))
                stage.expect(!lock.locked)
                let atOnce = try lock.acquire(blocking: false)
                let again = try lock.acquire(timeout: 0.01)
                stage.expect(atOnce && !again)
                lock.release()
            }
        }

        @Test("a condition tells as many as it is told to, in order", arguments: LoopKind.allCases)
        func condition(_ loop: LoopKind) throws {
            try loop.run { stage in
                let condition = Condition()
                var order: [Int] = []
                try self.waitInTurn(
                    3,
                    { order.append($0) },
                    greenlet: { try condition.wait() },
                    task: { try await condition.wait() },
                    callback: { done in condition.wait { _ in done() } }
                )
                stage.expect(condition.waiting, equals: 9)
                condition.notify()
                try self.until { order.count == 1 }
                condition.notify(2)
                try self.until { order.count == 3 }
                stage.expect(order, equals: [0, 1, 2])
                condition.notifyAll()
                try self.until { order.count == 9 }
                stage.expect(order.sorted(), equals: Array(0..<9))
                condition.notifyAll()
                let told = try condition.wait(timeout: 0.01)
                stage.expect(!told, "it has remembered")
                stage.expect(condition.waiting, equals: 0)
            }
        }

        @Test("what is put into a queue goes to who asked first, whatever asks", arguments: LoopKind.allCases)
        func queue(_ loop: LoopKind) throws {
            try loop.run { stage in
                let queue = Queue<Int>()
                var got: [Int: Int] = [:]
                for round in 0..<3 {
                    let first = round * 3
                    Greenlet.spawn { got[first] = try queue.get() }
                    try Greenlet.sleep(0.005)
                    IOLoop.current.spawn { got[first + 1] = try? await queue.get() }
                    try Greenlet.sleep(0.005)
                    queue.get { got[first + 2] = try? $0.get() }
                }
                for item in 0..<9 { try queue.put(item) }
                try self.until { got.count == 9 }
                stage.expect(got, equals: Dictionary(uniqueKeysWithValues: (0..<9).map { ($0, $0) }))
                for _ in 0..<9 { queue.taskDone() }
                var joined: Bool?
                queue.join { joined = $0 }
                try self.until { joined != nil }
                stage.expect(joined, equals: true)
            }
        }

        @Test("callbacks put, get and join, in time or not", arguments: LoopKind.allCases)
        func callbacks(_ loop: LoopKind) throws {
            try loop.run { stage in
                let queue = Queue<Int>(maxsize: 1)
                var log: [String] = []
                func told(_ name: String) -> (Result<Void, GreenletError>) -> Void {
                    { result in
                        log.append(result.failure.map { "\(name): \($0)" } ?? name)
                    }
                }
                queue.put(1, told("first"))
                queue.put(2, told("second"))
                queue.put(3, timeout: 0.01, told("late"))
                try self.until { log.count == 2 }
                stage.expect(log, equals: ["first", "late: The queue is full"])
                let items = try [queue.get(timeout: 5), queue.get(timeout: 5)]
                stage.expect(items, equals: [1, 2])
                try self.until { log.count == 3 }
                stage.expect(log.last, equals: "second")
                log = []
                queue.get(timeout: 0.01) { log.append("\($0)") }
                queue.join(timeout: 0.01) { log.append("joined \($0)") }
                try self.until { log.count == 2 }
                stage.expect(log.contains("joined false"), "\(log)")
                stage.expect(log.contains { $0.contains("The queue is empty") }, "\(log)")
                queue.get { log.append("\($0)") }
                queue.shutdown()
                queue.put(1, told("after"))
                try self.until { log.count == 4 }
                stage.expect(log.filter { $0.contains("was shut down") }.count, equals: 2, "\(log)")
            }
        }

        @Test("what is given when a task's time is over goes to the next one", arguments: LoopKind.allCases)
        func lateTasks(_ loop: LoopKind) throws {
            try loop.run { stage in
                for _ in 0..<20 {
                    let queue = Queue<Int>()
                    let semaphore = Semaphore(0)
                    var outcomes: [Bool] = []
                    IOLoop.current.spawn { outcomes.append((try? await queue.get(timeout: 0.005)) != nil) }
                    IOLoop.current.spawn { outcomes.append((try? await semaphore.acquire(timeout: 0.005)) == true) }
                    try Greenlet.sleep(0.002)
                    // In the turn in which the times are over, before the tasks go on.
                    var isOver = false
                    IOLoop.current.callLater(0.003) {
                        try queue.putNowait(7)
                        semaphore.release()
                        isOver = true
                    }
                    try self.until { isOver && outcomes.count == 2 }
                    let taken = outcomes.count { $0 }
                    stage.expect(queue.qsize + semaphore.counter + taken, equals: 2, "something got lost")
                }
            }
        }

        @Test("waits share a deadline; durations are seconds", arguments: LoopKind.allCases)
        func deadlines(_ loop: LoopKind) throws {
            try loop.run { stage in
                let event = Event()
                let deadline = IOLoop.current.time() + 0.05
                let first = try event.wait(timeout: .until(deadline))
                let second = try event.wait(timeout: .until(deadline))
                stage.expect(!first && !second)
                stage.expect(IOLoop.current.time() >= deadline)
                let third = try event.wait(timeout: .lasting(.milliseconds(5)))
                stage.expect(!third)
                stage.expect(Double.lasting(.seconds(2)), equals: 2)
                event.set()
                let last = try event.wait(timeout: .until(deadline))
                stage.expect(last)
            }
        }

        @Test("a task reads a queue as a sequence, until it is shut down", arguments: LoopKind.allCases)
        func sequence(_ loop: LoopKind) throws {
            try loop.run { stage in
                let queue = Queue<Int>(maxsize: 2)
                var got: [Int] = []
                let ended = Event()
                IOLoop.current.spawn {
                    do { for try await item in queue { got.append(item) } } catch { got.append(-1) }
                    ended.set()
                }
                for item in 0..<10 { try queue.put(item) }
                queue.shutdown()
                try ended.wait(timeout: 5)
                stage.expect(got, equals: Array(0..<10))
            }
        }

        @Test("a cancelled task gives its place up", arguments: LoopKind.allCases)
        func cancelled(_ loop: LoopKind) throws {
            try loop.run { stage in
                let lock = Lock()
                try lock.acquire()
                var failure: (any Error)?
                let task = IOLoop.current.spawn {
                    do { try await lock.acquire() } catch { failure = error }
                }
                try Greenlet.sleep(0.01)
                stage.expect(lock.waiting, equals: 1)
                task.cancel()
                try self.until { failure != nil }
                stage.expect(failure is CancellationError)
                stage.expect(lock.waiting, equals: 0)
                lock.release()
                stage.expect(!lock.locked)
            }
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
