// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Testing
import TornadoCore

extension AllTests {
    @Suite("Event, AsyncResult, Semaphore, RLock")
    struct LockTests {
        @Test("an event wakes all who wait, in order; its wait ends in time", arguments: LoopKind.allCases)
        func event(_ loop: LoopKind) throws {
            try loop.run { stage in
                let event = Event()
                var order: [Int] = []
                let waiters = (0..<4).map { index in
                    Greenlet.spawn {
                        try event.wait()
                        order.append(index)
                    }
                }
                try Greenlet.sleep(0.01)
                stage.expect(order, equals: [])
                let none = try event.wait(timeout: 0.01)
                stage.expect(!none)
                event.set()
                event.clear()
                try Greenlet.joinAll(waiters, timeout: 5)
                stage.expect(order, equals: [0, 1, 2, 3])
                stage.expect(!event.isSet)
                event.set()
                let atOnce = try event.wait()
                stage.expect(atOnce && event.ready)
            }
        }

        @Test("an event and a result can be set by another thread", arguments: LoopKind.allCases)
        func otherThreads(_ loop: LoopKind) throws {
            try loop.run { stage in
                let event = Event()
                let result = AsyncResult<Int>()
                try OtherThread.run {
                    event.set()
                    result.set(7)
                }
                let isSet = try event.wait(timeout: 5)
                stage.expect(isSet)
                let value = try result.get(timeout: 5)
                stage.expect(value, equals: 7)
            }
        }

        @Test("a result is a value or an error, and the first one counts", arguments: LoopKind.allCases)
        func asyncResult(_ loop: LoopKind) throws {
            try loop.run { stage in
                let result = AsyncResult<String>()
                var linked = 0
                result.link { _ in linked += 1 }
                stage.expect(throws: TimeoutError.self) { _ = try result.getNowait() }
                stage.expect(throws: TimeoutError.self) { _ = try result.get(timeout: 0.01) }
                let getters = (0..<3).map { _ in Greenlet.spawn { try result.get() } }
                IOLoop.current.callLater(0.02) { result.set("value") }
                let words = try getters.map { try $0.get(timeout: 5) }
                stage.expect(words, equals: ["value", "value", "value"])
                result.set("other")
                stage.expect(result.value, equals: "value")
                result.link { _ in linked += 1 }
                try Greenlet.idle()
                stage.expect(linked, equals: 2)
                let failed = AsyncResult<String>()
                failed.setException(Oops())
                stage.expect(throws: Oops.self) { _ = try failed.get() }
                stage.expect(failed.ready && !failed.successful)
                let cancelled = AsyncResult<String>()
                cancelled.cancel()
                stage.expect(throws: CancellationError.self) { _ = try cancelled.get() }
            }
        }

        @Test("a semaphore lets so many in, and who came first is first", arguments: LoopKind.allCases)
        func semaphore(_ loop: LoopKind) throws {
            try loop.run { stage in
                let semaphore = Semaphore(2)
                var inside = 0
                var most = 0
                var order: [Int] = []
                let all = (0..<6).map { index in
                    Greenlet.spawn {
                        try semaphore.with {
                            order.append(index)
                            inside += 1
                            most = max(most, inside)
                            try Greenlet.sleep(0.01)
                            inside -= 1
                        }
                    }
                }
                try Greenlet.joinAll(all, timeout: 5, raiseError: true)
                stage.expect(most, equals: 2)
                stage.expect(order, equals: [0, 1, 2, 3, 4, 5])
                stage.expect(semaphore.counter, equals: 2)
                try semaphore.acquire()
                try semaphore.acquire()
                stage.expect(semaphore.locked)
                let atOnce = try semaphore.acquire(blocking: false)
                let inTime = try semaphore.acquire(timeout: 0.01)
                stage.expect(!atOnce && !inTime)
                stage.expect(semaphore.waiting, equals: 0)
                semaphore.release()
                stage.expect(semaphore.counter, equals: 1)
            }
        }

        @Test("nobody comes between a release and who waits for it", arguments: LoopKind.allCases)
        func fairness(_ loop: LoopKind) throws {
            try loop.run { stage in
                let semaphore = BoundedSemaphore(1)
                try semaphore.acquire()
                var order: [String] = []
                let waiter = Greenlet.spawn {
                    try semaphore.acquire()
                    order.append("waiter")
                    semaphore.release()
                }
                try Greenlet.sleep(0.01)
                semaphore.release()
                let stolen = try semaphore.acquire(blocking: false)
                stage.expect(!stolen)
                try semaphore.acquire()
                order.append("main")
                semaphore.release()
                try waiter.join()
                stage.expect(order, equals: ["waiter", "main"])
            }
        }

        @Test("its owner takes a lock again, others wait", arguments: LoopKind.allCases)
        func rlock(_ loop: LoopKind) throws {
            try loop.run { stage in
                let lock = RLock()
                var inside = false
                let all = (0..<5).map { _ in
                    Greenlet.spawn {
                        try lock.with {
                            stage.expect(!inside)
                            inside = true
                            try lock.with { try Greenlet.yield() }
                            stage.expect(lock.isOwned)
                            try Greenlet.yield()
                            inside = false
                        }
                        stage.expect(!lock.isOwned)
                    }
                }
                try Greenlet.joinAll(all, timeout: 5, raiseError: true)
                stage.expect(!lock.locked)
                try lock.acquire()
                let other = Greenlet.spawn { try lock.acquire(timeout: 0.01) }
                let taken = try other.get()
                stage.expect(!taken)
                lock.release()
            }
        }

        @Test("waiting for what nobody can bring is an error that names who waits", arguments: LoopKind.allCases)
        func deadlock(_ loop: LoopKind) throws {
            try loop.run(leavesGreenlets: true) { stage in
                let event = Event()
                let semaphore = Semaphore(0)
                Greenlet.spawn(name: "the stuck one") { try semaphore.acquire() }
                let error = stage.expect(throws: GreenletError.self) { try event.wait() }
                stage.expect(error?.code, equals: .wouldBlockForever)
                let text = error?.description ?? ""
                stage.expect(text.contains("'main' waits for Event.wait"), text)
                stage.expect(text.contains("'the stuck one'"), text)
                stage.expect(text.contains("waits for Semaphore.acquire"), text)
            }
        }
    }
}
