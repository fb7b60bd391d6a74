// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing
import TornadoCore

/// In processes of their own, whose log is looked at.
@Suite("What is logged of greenlets")
struct LogTests {
    @Test("an uncaught error, with the greenlet's name and where it was spawned")
    func uncaught() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            try LoopKind.builtIn.run { _ in
                try Greenlet.spawn(name: "unlucky") { throw Oops(word: "so it goes") }.join()
                try Greenlet.spawn { try Greenlet.sleep(60) }.kill()
                try? Pool(1).apply { throw Oops(word: "the caller's") }
            }
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Exception in greenlet 'unlucky', spawned at GreenletAPITests/LogTests.swift:"))
        #expect(text.contains("so it goes"))
        #expect(text.split(separator: "\n").count { $0.contains("Exception in greenlet") } == 1, "\(text)")
    }

    @Test("an error that the parent does not wait for any more")
    func unheard() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            try LoopKind.builtIn.run { _ in
                let parent = Greenlet.spawn {
                    let me = Greenlet.current
                    let child = GreenletOf(name: "orphan") {
                        try me.switch()
                        throw Oops(word: "unheard of")
                    }
                    try child.switch()
                    IOLoop.current.spawnCallback { try child.switch() }
                    try Greenlet.sleep(0.05)
                }
                try parent.join(timeout: 5)
            }
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Exception in greenlet 'orphan'"), "\(text)")
        #expect(text.contains("unheard of"))
    }

    @Test("a call from another thread is a fatal error that says what to do")
    func otherThread() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            try LoopKind.builtIn.run { _ in
                let queue = Queue<Int>()
                try OtherThread.run { try? queue.put(1) }
            }
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Queue.put was called on another thread"))
    }
}
