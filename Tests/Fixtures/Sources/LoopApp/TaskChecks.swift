// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Dispatch
import Glibc
import Tornado

var taskChecks: [Check] {
    [
        Check(task: "a task runs on the loop's thread, before and after waiting") {
            try expectHere("the beginning")
            await Task.yield()
            try expectHere("the end")
        },
        Check("spawn runs at once, up to where it first waits") { loop in
            var order: [String] = []
            loop.spawnCallback {
                loop.spawn {
                    order.append("task")
                    await Task.yield()
                    order.append("later")
                    loop.stop()
                }
                order.append("caller")
            }
            try expect(try loop.start(limit: 2), "it did not end")
            try expect(order, equals: ["task", "caller", "later"])
        },
        Check("a plain Task made on the loop runs on it") { loop in
            final class Seen: @unchecked Sendable {
                var isHere = false
            }
            let seen = Seen()
            loop.spawnCallback {
                Task {
                    seen.isHere = isOnMainThread()
                    loop.stop()
                }
            }
            try expect(try loop.start(limit: 2), "it did not run")
            try expect(seen.isHere, "it ran elsewhere")
        },
        Check(task: "sleeping takes the time it should") {
            let begin = IOLoop.current.time()
            try await Task.sleep(for: .milliseconds(20))
            try await Task.sleep(nanoseconds: 20_000_000)
            try await Task.sleep(until: .now + .milliseconds(20), clock: .continuous)
            try await Task.sleep(until: .now + .milliseconds(20), clock: .suspending)
            let passed = IOLoop.current.time() - begin
            try expectHere("what follows")
            try expect(passed >= 0.08 && passed < 4, "it took \(passed) s")
        },
        Check(task: "sleeping into the past ends soon") {
            try await Task.sleep(until: .now - .seconds(5), clock: .continuous)
            try await Task.sleep(for: .seconds(-1))
            try await Task.sleep(for: .zero)
            try expectHere("what follows")
        },
        Check(task: "sleeping tasks wake in order") {
            let order = await withTaskGroup(of: Int.self) { group in
                for number in [3, 1, 2] {
                    group.addTask {
                        _ = try? await Task.sleep(for: .milliseconds(number * 5))
                        return number
                    }
                }
                var order: [Int] = []
                for await number in group { order.append(number) }
                return order
            }
            try expect(order, equals: [1, 2, 3])
        },
        Check(task: "a sleep is cancelled from another task") {
            let sleeper = Task { try await Task.sleep(for: .seconds(10)) }
            await Task.yield()
            sleeper.cancel()
            let result = await sleeper.result
            try expectHere("what follows")
            do {
                try result.get()
                try expect(false, "it slept to the end")
            } catch is CancellationError {}
        },
        Check(task: "a sleep is cancelled from another thread") {
            let sleeper = Task { try await Task.sleep(for: .seconds(10)) }
            Threads.start {
                usleep(5000)
                sleeper.cancel()
            }
            let result = await sleeper.result
            try expectHere("what follows")
            do {
                try result.get()
                try expect(false, "it slept to the end")
            } catch is CancellationError {}
        },
        Check("a task that yields for ever starves neither timeouts nor descriptors") { loop in
            let pair = try Pair()
            var fired = 0.0
            var isTold = false
            let begin = loop.time()
            loop.callLater(0.010) {
                fired = loop.time() - begin
                pair.send()
            }
            try loop.addHandler(pair.first, .read) { _, _ in
                isTold = true
                loop.stop()
            }
            let task = loop.spawn { while !Task.isCancelled { await Task.yield() } }
            try expect(try loop.start(limit: 5), "the descriptor was starved")
            task.cancel()
            try loop.removeHandler(pair.first)
            try loop.start(limit: 0.002)
            try expect(isTold && fired < 4, "the timeout fired after \(fired) s")
        },
        Check(task: "a group of a thousand tasks, all on the loop's thread") {
            let count = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<1000 {
                    group.addTask {
                        await Task.yield()
                        return isOnMainThread()
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            try expect(count, equals: 1000)
        },
        Check(task: "a group's failing task cancels the others") {
            struct Trouble: Error {}
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await Task.sleep(for: .seconds(10)) }
                    group.addTask { throw Trouble() }
                    while try await group.next() != nil {}
                }
                try expect(false, "it threw nothing")
            } catch is Trouble {}
            try expectHere("what follows")
        },
        Check(task: "async let") {
            @Sendable func half(_ number: Int) async -> (Int, Bool) {
                await Task.yield()
                return (number, isOnMainThread())
            }
            async let first = half(1)
            async let second = half(2)
            let (one, two) = await (first, second)
            try expect(one.0 + two.0 == 3 && one.1 && two.1, "\(one) \(two)")
        },
        Check(task: "detached tasks and every priority") {
            for priority: TaskPriority in [.background, .low, .medium, .high, .userInitiated] {
                let isHere = await Task.detached(priority: priority) {
                    await Task.yield()
                    return isOnMainThread()
                }.value
                try expect(isHere, "\(priority) ran elsewhere")
            }
        },
        Check(task: "Task.immediate") {
            let task = Task.immediate {
                let before = isOnMainThread()
                await Task.yield()
                return before && isOnMainThread()
            }
            try expect(await task.value, "it ran elsewhere")
        },
        Check(task: "task-local values") {
            try await Local.$value.withValue(7) {
                await Task.yield()
                let inherited = await Task { Local.value }.value
                let detached = await Task.detached { Local.value }.value
                try expect([Local.value, inherited, detached], equals: [7, 7, 0])
            }
        },
        Check(task: "tasks that hop a hundred thousand times") {
            for _ in 0..<100_000 { await Task.yield() }
            try expectHere("what follows")
        },
        Check(task: "cancellation handlers") {
            let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
            let task = Task {
                await withTaskCancellationHandler {
                    for await _ in stream {}
                    return isOnMainThread()
                } onCancel: {
                    continuation.finish()
                }
            }
            await Task.yield()
            task.cancel()
            try expect(await task.value, "it ended elsewhere")
        },
        Check(task: "Dispatch's main queue runs on the loop, its global queues elsewhere") {
            let isHere = await withCheckedContinuation { continuation in
                DispatchQueue.main.async { continuation.resume(returning: isOnMainThread()) }
            }
            try expect(isHere, "the main queue ran elsewhere")
            let isElsewhere = await withCheckedContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(returning: !isOnMainThread()) }
            }
            try expect(isElsewhere, "the global queue blocks the loop")
            let order = await withCheckedContinuation { continuation in
                DispatchQueue.main.asyncAfter(deadline: .now() + .milliseconds(5)) {
                    DispatchQueue.main.async { continuation.resume(returning: isOnMainThread()) }
                }
            }
            try expect(order, "a later block ran elsewhere")
            try expectHere("what follows")
        },
        Check("the main loop, which tasks run on, cannot be closed") { loop in
            do {
                try loop.close()
                try expect(false, "it was closed")
            } catch let error as IOLoopError {
                try expect(error.code == .busy, "\(error)")
            }
            let isHere = try loop.runSync(timeout: .seconds(2)) { isOnMainThread() }
            try expect(isHere, "tasks run elsewhere")
        },
    ]
}

private enum Local {
    @TaskLocal static var value = 0
}
