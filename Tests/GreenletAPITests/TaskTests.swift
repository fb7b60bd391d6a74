// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import Testing
import TornadoCore

extension AllTests {
    @Suite("Tasks and greenlets")
    struct TaskTests {
        @Test("await blocking runs code in a greenlet, and throws what that throws", arguments: LoopKind.allCases)
        func blockingCode(_ loop: LoopKind) throws {
            try loop.run { stage in
                let word = try Greenlet.wait {
                    try await blocking(name: "blocking") { () -> String in
                        try Greenlet.sleep(0.02)
                        return Greenlet.current.name
                    }
                }
                stage.expect(word, equals: "blocking")
                stage.expect(throws: Oops.self) {
                    try Greenlet.wait { try await blocking { throw Oops() } }
                }
            }
        }

        @Test("cancelling the task kills the greenlet", arguments: LoopKind.allCases)
        func cancel(_ loop: LoopKind) throws {
            try loop.run { stage in
                // Greenlet and task are on one thread.
                nonisolated(unsafe) var tidied = false
                let ended = Event()
                var failure: (any Error)?
                let task = IOLoop.current.spawn {
                    do {
                        try await blocking {
                            defer { tidied = true }
                            try Greenlet.sleep(60)
                        }
                    } catch {
                        failure = error
                    }
                    ended.set()
                }
                try Greenlet.sleep(0.05)
                task.cancel()
                let inTime = try ended.wait(timeout: 5)
                stage.expect(inTime && tidied)
                stage.expect(failure is CancellationError, "\(String(describing: failure))")
            }
        }

        @Test("both sides meet at events, results, semaphores, queues and channels", arguments: LoopKind.allCases)
        func meeting(_ loop: LoopKind) throws {
            try loop.run { stage in
                let event = Event()
                let result = AsyncResult<Int>()
                let semaphore = Semaphore(0)
                let queue = Queue<Int>(maxsize: 1)
                let channel = Channel<Int>()
                var log: [String] = []
                let done = Event()
                IOLoop.current.spawn {
                    do {
                        try await event.wait()
                        log.append("event")
                        log.append("result \(try await result.get())")
                        try await semaphore.acquire()
                        log.append("semaphore")
                        for _ in 0..<3 { log.append("queue \(try await queue.get())") }
                        log.append("channel \(try await channel.get())")
                        try await queue.put(10)
                        try await queue.put(11)
                        try await channel.put(12)
                        let late = try await Event().wait(timeout: 0.01)
                        log.append("late \(late)")
                    } catch {
                        log.append("\(error)")
                    }
                    done.set()
                }
                event.set()
                try Greenlet.sleep(0.01)
                result.set(5)
                semaphore.release()
                for item in 1...3 { try queue.put(item) }
                try channel.put(4)
                let got = try [queue.get(), queue.get(), channel.get()]
                stage.expect(got, equals: [10, 11, 12])
                try done.wait(timeout: 5)
                let expected = [
                    "event", "result 5", "semaphore", "queue 1", "queue 2", "queue 3", "channel 4", "late false",
                ]
                stage.expect(log, equals: expected)
            }
        }

        @Test("a cancelled task leaves what it waits for", arguments: LoopKind.allCases)
        func cancelledWait(_ loop: LoopKind) throws {
            try loop.run { stage in
                let queue = Queue<Int>()
                var failure: (any Error)?
                let ended = Event()
                let task = IOLoop.current.spawn {
                    do { _ = try await queue.get() } catch { failure = error }
                    ended.set()
                }
                try Greenlet.sleep(0.02)
                stage.expect(queue.waitingToGet, equals: 1)
                task.cancel()
                try ended.wait(timeout: 5)
                stage.expect(failure is CancellationError)
                stage.expect(queue.waitingToGet, equals: 0)
                try queue.put(1)
                stage.expect(queue.qsize, equals: 1)
            }
        }

        @Test("greenlets wait for tasks; a kill cancels what was begun for it", arguments: LoopKind.allCases)
        func waitForTasks(_ loop: LoopKind) throws {
            try loop.run { stage in
                let never = Event()
                var wasCancelled = false
                let greenlet = Greenlet.spawn {
                    try Greenlet.wait {
                        do { try await never.wait() } catch {
                            wasCancelled = error is CancellationError
                            throw error
                        }
                    }
                }
                try Greenlet.sleep(0.02)
                try greenlet.kill(timeout: 5)
                stage.expect(greenlet.exception is GreenletExit)
                try Greenlet.sleep(0.02)
                stage.expect(wasCancelled)
                let task = Task.detached { 6 }
                let value = try task.get()
                stage.expect(value, equals: 6)
                let failing = Task.detached { throw Oops() }
                stage.expect(throws: Oops.self) { try failing.get() }
            }
        }

        @Test("a task that waits as greenlets do is told what to do instead", arguments: LoopKind.allCases)
        func insideTask(_ loop: LoopKind) throws {
            try loop.run { stage in
                let error = stage.expect(throws: GreenletError.self) {
                    try Greenlet.wait { try Greenlet.sleep(1) }
                }
                stage.expect(error?.code, equals: .insideTask)
                stage.expect(error?.description.contains("await blocking") ?? false)
            }
        }

        @Test("tasks wait for greenlets", arguments: LoopKind.allCases)
        func waitForGreenlets(_ loop: LoopKind) throws {
            try loop.run { stage in
                let worker = Greenlet.spawn { () -> Int in
                    try Greenlet.sleep(0.05)
                    return 8
                }
                let failing = Greenlet.spawn { throw Oops() }
                let slow = Greenlet.spawn { try Greenlet.sleep(60) }
                var log: [String] = []
                try Greenlet.wait {
                    log.append("\(try await worker.join(timeout: 0.001))")
                    log.append("\(try await worker.get())")
                    log.append("\(try await worker.join())")
                    do { try await failing.get() } catch { log.append("\(error is Oops)") }
                    do { try await slow.get(timeout: 0.01) } catch { log.append("\(error is TimeoutError)") }
                }
                stage.expect(log, equals: ["false", "8", "true", "true", "true"])
                var failure: (any Error)?
                let done = Event()
                let task = IOLoop.current.spawn {
                    do { try await slow.join() } catch { failure = error }
                    done.set()
                }
                try Greenlet.sleep(0.02)
                task.cancel()
                try done.wait(timeout: 5)
                stage.expect(failure is CancellationError)
                stage.expect(!slow.ready)
                try slow.kill()
            }
        }

        @Test("a task that ends after who waited for it wakes nobody else", arguments: LoopKind.allCases)
        func lateTask(_ loop: LoopKind) throws {
            try loop.run { stage in
                let table = LoopKind.suspend
                let gate = Event()
                var handles: [OpaquePointer?] = []
                var isDone = false
                let first = Greenlet.spawn {
                    handles.append(table.pointee.current())
                    try Greenlet.wait {
                        // Not to be cancelled.
                        await IOLoop.current.spawn { _ = try? await gate.wait() }.value
                        isDone = true
                    }
                }
                try Greenlet.sleep(0.02)
                try first.kill(timeout: 5)
                let second = Greenlet.spawn { () -> Int32 in
                    handles.append(table.pointee.current())
                    return table.pointee.park(IOLoop.current.time() + 0.2, "test")
                }
                try Greenlet.sleep(0.02)
                gate.set()
                let code = try second.get(timeout: 5)
                stage.expect(isDone)
                stage.expect(handles[0], equals: handles[1], "no handle was used twice: this test would see nothing")
                stage.expect(code, equals: -ETIMEDOUT)
            }
        }

        @Test("blocking on a thread whose loop does not run takes another thread", .timeLimit(.minutes(1)))
        func blockingElsewhere() async throws {
            // Fills the registry, and leaves no loop.
            try LoopKind.builtIn.run { _ in }
            #expect(Greenlet.isAvailable)
            let word = try await blocking { "done" }
            #expect(word == "done")
            await #expect(throws: Oops.self) { try await blocking { throw Oops() } }
        }
    }
}
