// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing
import TornadoCore

/// Each in a process of its own, which must say what was wrong before it ends.
@Suite("What ends the process says why")
struct TrapTests {
    /// What is asked from another thread, by the name that the message begins with.
    static let elsewhere = [
        "Queue.unfinishedTasks", "Queue.waitingToGet", "Queue.waitingToPut", "Semaphore.waiting", "Group.count",
        "Group.greenlets", "Group.contains", "Greenlet.ready", "Greenlet.value", "Greenlet.get", "Timeout.isPending",
    ]

    @Test("on another thread", arguments: Self.elsewhere)
    func otherThread(_ call: String) async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [call] in
            try LoopKind.builtIn.run { _ in
                let queue = Queue<Int>()
                let semaphore = Semaphore()
                let group = Group()
                let greenlet = Greenlet.spawn { 1 }
                let timeout = try GreenletTimeout.startNew(60)
                try OtherThread.run {
                    switch call {
                    case "Queue.unfinishedTasks": _ = queue.unfinishedTasks
                    case "Queue.waitingToGet": _ = queue.waitingToGet
                    case "Queue.waitingToPut": _ = queue.waitingToPut
                    case "Semaphore.waiting": _ = semaphore.waiting
                    case "Group.count": _ = group.count
                    case "Group.greenlets": _ = group.greenlets
                    case "Group.contains": _ = group.contains(greenlet)
                    case "Greenlet.ready": _ = greenlet.ready
                    case "Greenlet.value": _ = greenlet.value
                    case "Greenlet.get": _ = try? greenlet.get(block: false)
                    default: _ = timeout.isPending
                    }
                }
            }
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("\(call) was called on another thread"), "\(text)")
    }

    @Test(
        "by mistake",
        arguments: ["Queue.taskDone was called more", "BoundedSemaphore.release was called more", "RLock.release"]
    )
    func mistake(_ words: String) async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [words] in
            try LoopKind.builtIn.run { _ in
                if words.hasPrefix("Queue") { Queue<Int>().taskDone() }
                if words.hasPrefix("Bounded") { BoundedSemaphore(1).release() }
                RLock().release()
            }
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(words), "\(text)")
    }
}
