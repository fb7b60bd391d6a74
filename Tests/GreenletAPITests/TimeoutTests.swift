// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Testing
import TornadoCore

extension AllTests {
    @Suite("Timeout")
    struct TimeoutTests {
        @Test("ends what takes too long, and only that", arguments: LoopKind.allCases)
        func with(_ loop: LoopKind) throws {
            try loop.run { stage in
                let error = stage.expect(throws: TimeoutError.self) {
                    try Timeout.with(0.02) { try Greenlet.sleep(60) }
                }
                stage.expect(error?.seconds, equals: 0.02)
                stage.expect(error?.timeout?.isExpired ?? false)
                try Greenlet.sleep(0.001)
                let value = try Timeout.with(60) { 5 }
                stage.expect(value, equals: 5)
                let none = try Timeout.with(nil) { 6 }
                stage.expect(none, equals: 6)
                let greenlet = Greenlet.spawn {
                    stage.expect(throws: TimeoutError.self) { _ = try Timeout.with(0.02) { try Event().wait() } }
                    stage.expect(throws: Oops.self) { try Timeout.with(60) { throw Oops() } }
                    try Greenlet.sleep(0.001)
                }
                try greenlet.get(timeout: 5)
            }
        }

        @Test("waits fail until it is cancelled; an error of another kind is its cause", arguments: LoopKind.allCases)
        func sticky(_ loop: LoopKind) throws {
            try loop.run { stage in
                let greenlet = Greenlet.spawn {
                    var failed = 0
                    let error = stage.expect(throws: TimeoutError.self) {
                        try Timeout.with(0.02) {
                            for _ in 0..<3 {
                                do { try Greenlet.sleep(60) } catch is TimeoutError { failed += 1 }
                            }
                            throw Oops(word: "the library's")
                        }
                    }
                    stage.expect(failed, equals: 3)
                    stage.expect(error?.cause as? Oops, equals: Oops(word: "the library's"))
                    let late = try Timeout.with(0.02) { () -> Int in
                        try? Greenlet.sleep(60)
                        return 1
                    }
                    stage.expect(late, equals: 1)
                    try Greenlet.sleep(0.001)
                }
                try greenlet.get(timeout: 5)
            }
        }

        @Test("nests: the one that is over is the one that is thrown", arguments: LoopKind.allCases)
        func nested(_ loop: LoopKind) throws {
            try loop.run { stage in
                let greenlet = Greenlet.spawn {
                    var inner: TimeoutError?
                    try Timeout.with(60) {
                        inner = stage.expect(throws: TimeoutError.self) {
                            try Timeout.with(0.02) { try Greenlet.sleep(60) }
                        }
                        try Greenlet.sleep(0.001)
                    }
                    stage.expect(inner?.seconds, equals: 0.02)
                    let outer = stage.expect(throws: TimeoutError.self) {
                        try Timeout.with(0.02) { try Timeout.with(60) { try Greenlet.sleep(60) } }
                    }
                    stage.expect(outer?.seconds, equals: 0.02)
                    // Both are over: the inner one is thrown first, then the outer's waits fail.
                    let both = stage.expect(throws: TimeoutError.self) {
                        try Timeout.with(0.02) {
                            do {
                                try Timeout.with(0.021) {
                                    do { try Greenlet.sleep(60) } catch {}
                                    let end = IOLoop.current.time() + 0.05
                                    while IOLoop.current.time() < end {}
                                    try Greenlet.sleep(60)
                                }
                            } catch {}
                            try Greenlet.sleep(60)
                        }
                    }
                    stage.expect(both?.seconds, equals: 0.02)
                    try Greenlet.sleep(0.001)
                }
                try greenlet.get(timeout: 5)
            }
        }

        @Test("can be set and cancelled", arguments: LoopKind.allCases)
        func cancel(_ loop: LoopKind) throws {
            try loop.run { stage in
                let greenlet = Greenlet.spawn {
                    let timeout = try GreenletTimeout.startNew(0.05)
                    stage.expect(timeout.isPending)
                    timeout.cancel()
                    timeout.cancel()
                    stage.expect(!timeout.isPending)
                    try Greenlet.sleep(0.1)
                    stage.expect(!timeout.isExpired)
                    // Left behind: its end takes it back.
                    _ = try GreenletTimeout.startNew(60)
                }
                try greenlet.get(timeout: 5)
                let kept = Greenlet.spawn {
                    _ = try GreenletTimeout.startNew(0.01)
                    try? Greenlet.sleep(60)
                }
                try kept.get(timeout: 5)
                let free = Greenlet.spawn { try Greenlet.sleep(0.001) }
                try free.get(timeout: 5)
                IOLoop.current.spawnCallback {
                    let error = stage.expect(throws: GreenletError.self) { try Timeout.with(1) {} }
                    stage.expect(error?.code, equals: .notInGreenlet)
                }
                try Greenlet.idle()
            }
        }

        @Test("gives way to a kill", arguments: LoopKind.allCases)
        func killed(_ loop: LoopKind) throws {
            try loop.run { stage in
                let greenlet = Greenlet.spawn { try Timeout.with(60) { try Greenlet.sleep(60) } }
                try Greenlet.idle()
                try greenlet.kill(timeout: 5)
                stage.expect(greenlet.exception is GreenletExit)
            }
        }

        @Test("and the client's going leave each other alone", arguments: LoopKind.allCases)
        func abandoned(_ loop: LoopKind) throws {
            try loop.run { stage in
                let table = LoopKind.suspend
                let greenlet = Greenlet.spawn {
                    let handle = try #require(table.pointee.current())
                    let timeout = try GreenletTimeout.startNew(0.01)
                    stage.expect(throws: TimeoutError.self) { try Greenlet.sleep(60) }
                    Greenlet.setAbandoned(handle, true)
                    stage.expect(throws: GreenletExit.self) { try Greenlet.sleep(60) }
                    timeout.cancel()
                    stage.expect(throws: GreenletExit.self) { try Greenlet.sleep(60) }
                    Greenlet.setAbandoned(handle, false)
                    try Greenlet.sleep(0.001)
                    let second = try GreenletTimeout.startNew(0.01)
                    stage.expect(throws: TimeoutError.self) { try Greenlet.sleep(60) }
                    Greenlet.setAbandoned(handle, true)
                    Greenlet.setAbandoned(handle, false)
                    stage.expect(throws: TimeoutError.self) { try Greenlet.sleep(60) }
                    second.cancel()
                    try Greenlet.sleep(0.001)
                    try Greenlet.current.throw(Oops())
                }
                try greenlet.join(timeout: 5)
                stage.expect(greenlet.exception is Oops, "\(String(describing: greenlet.exception))")
            }
        }
    }
}
