// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

private actor Counter {
    private(set) var count = 0
    private(set) var elsewhere = 0

    func add() {
        self.count += 1
        if !isOnMainThread() { self.elsewhere += 1 }
    }

    /// Lets others in while it waits.
    func addSlowly(_ other: Counter) async {
        let before = self.count
        await other.add()
        self.count += 1
        if self.count < before { self.elsewhere += 1 }
    }
}

@globalActor private actor Clerk {
    static let shared = Clerk()
}

@Clerk private func onClerk() -> Bool { isOnMainThread() }

@MainActor private final class Window {
    var title = ""

    func rename(_ title: String) async -> Bool {
        self.title = title
        await Task.yield()
        return isOnMainThread() && self.title == title
    }
}

@concurrent private func anywhere() async -> Bool {
    await Task.yield()
    return isOnMainThread()
}

nonisolated(nonsending) private func withCaller() async -> Bool {
    await Task.yield()
    return isOnMainThread()
}

/// An actor with a thread of its own.
private actor Hermit {
    private let queue = ThreadExecutor()

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.queue.asUnownedSerialExecutor() }

    func isElsewhere() -> Bool { !isOnMainThread() }
}

private final class ThreadExecutor: SerialExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = self.asUnownedSerialExecutor()
        Threads.start { job.runSynchronously(on: executor) }
    }
}

var actorChecks: [Check] {
    [
        Check(task: "actors run on the loop's thread") {
            let counter = Counter()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<1000 { group.addTask { await counter.add() } }
            }
            try expect(await counter.count, equals: 1000)
            try expect(await counter.elsewhere, equals: 0)
            try expectHere("what follows")
        },
        Check(task: "actors that call each other let others in while they wait") {
            let (one, two) = (Counter(), Counter())
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask { await one.addSlowly(two) }
                    group.addTask { await two.addSlowly(one) }
                }
            }
            let counts = await [one.count, two.count, one.elsewhere, two.elsewhere]
            try expect(counts, equals: [200, 200, 0, 0])
        },
        Check(task: "the main actor is the loop's thread") {
            let window = await MainActor.run { Window() }
            try expect(await window.rename("title"), "it ran elsewhere")
            let isHere = await MainActor.run {
                MainActor.assertIsolated()
                return isOnMainThread()
            }
            try expect(isHere, "MainActor.run ran elsewhere")
            let fromTask = await Task { @MainActor in isOnMainThread() }.value
            try expect(fromTask, "a main actor's task ran elsewhere")
            try expectHere("what follows")
        },
        Check("loop callbacks may assume the main actor") { loop in
            var title = ""
            loop.spawnCallback {
                title = MainActor.assumeIsolated {
                    let window = Window()
                    window.title = "assumed"
                    return window.title
                }
                loop.stop()
            }
            try loop.start()
            try expect(title, equals: "assumed")
        },
        Check(task: "global actors, @concurrent and nonsending functions") {
            try expect(await onClerk(), "the global actor ran elsewhere")
            try expect(await anywhere(), "@concurrent ran elsewhere")
            try expect(await withCaller(), "nonsending ran elsewhere")
            try expectHere("what follows")
        },
        Check(task: "an actor with an executor of its own runs there, and its caller comes back") {
            let hermit = Hermit()
            try expect(await hermit.isElsewhere(), "it ran on the loop")
            try expectHere("what follows")
        },
    ]
}
