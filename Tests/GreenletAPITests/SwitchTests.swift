// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import Testing
import TornadoCore

extension AllTests {
    @Suite("Switching")
    struct SwitchTests {
        @Test("a greenlet waits for a callback by switching to its parent", arguments: LoopKind.allCases)
        func gateway(_ loop: LoopKind) throws {
            try loop.run { stage in
                let handler = Greenlet.spawn { () -> String? in
                    let caller = Greenlet.current
                    stage.expect(caller.parent.isLoop)
                    IOLoop.current.callLater(0.02) { try caller.switch("the answer") }
                    return try caller.parent.switch() as? String
                }
                let word = try handler.get(timeout: 5)
                stage.expect(word, equals: "the answer")
            }
        }

        @Test("a callback goes on in the greenlet at once, and comes back", arguments: LoopKind.allCases)
        func fromCallback(_ loop: LoopKind) throws {
            try loop.run { stage in
                var order: [String] = []
                let greenlet = Greenlet.spawn {
                    let parent = Greenlet.current.parent
                    while let word = try parent.switch() as? String { order.append(word) }
                }
                let done = Event()
                IOLoop.current.callLater(0.02) {
                    try greenlet.switch("one")
                    order.append("between")
                    try greenlet.switch("two")
                    try greenlet.switch(nil)
                    done.set()
                }
                try done.wait(timeout: 5)
                stage.expect(order, equals: ["one", "between", "two"])
                stage.expect(greenlet.ready)
            }
        }

        @Test("a value passed before it is waited for is kept", arguments: LoopKind.allCases)
        func early(_ loop: LoopKind) throws {
            try loop.run { stage in
                let greenlet = Greenlet.spawn { () -> Int? in
                    let own = Greenlet.current
                    IOLoop.current.spawnCallback { try own.switch(1) }
                    try Greenlet.sleep(0.05)
                    return try own.parent.switch() as? Int
                }
                let value = try greenlet.get(timeout: 5)
                stage.expect(value, equals: 1)
            }
        }

        @Test("greenlets switch to each other; the end goes to the parent", arguments: LoopKind.allCases)
        func pingPong(_ loop: LoopKind) throws {
            try loop.run { stage in
                let outer = Greenlet.spawn { () -> [Int] in
                    let me = Greenlet.current
                    let inner = GreenletOf<Int>(receiving: { first in
                        stage.expect(Greenlet.current.parent === me)
                        let second = try me.switch((first as? Int ?? 0) + 1) as? Int ?? 0
                        let third = try me.switch(second + 1) as? Int ?? 0
                        return third + 1
                    })
                    let one = try inner.switch(1) as? Int ?? 0
                    let two = try inner.switch(10) as? Int ?? 0
                    let three = try inner.switch(100) as? Int ?? 0
                    stage.expect(inner.ready)
                    return [one, two, three]
                }
                let values = try outer.get(timeout: 5)
                stage.expect(values, equals: [2, 11, 101])
            }
        }

        @Test("what a child throws is thrown by its parent's switch", arguments: LoopKind.allCases)
        func childThrows(_ loop: LoopKind) throws {
            try loop.run { stage in
                let outer = Greenlet.spawn {
                    let child = GreenletOf { throw Oops() }
                    stage.expect(throws: Oops.self) { try child.switch() }
                    let error = stage.expect(throws: GreenletError.self) { try child.switch() }
                    stage.expect(error?.code, equals: .ended)
                    try Greenlet.sleep(0.001)
                }
                try outer.get(timeout: 5)
            }
        }

        @Test("one that waits for something else cannot be switched to", arguments: LoopKind.allCases)
        func elsewhere(_ loop: LoopKind) throws {
            try loop.run { stage in
                let sleeper = Greenlet.spawn { try Greenlet.sleep(60) }
                try Greenlet.idle()
                let error = stage.expect(throws: GreenletError.self) { try sleeper.switch(1) }
                stage.expect(error?.code, equals: .notSwitchable)
                try sleeper.kill()
            }
        }

        @Test("a generator: every value arrives, the first one too", arguments: LoopKind.allCases)
        func generator(_ loop: LoopKind) throws {
            try loop.run { stage in
                let body = { () throws -> [Int?] in
                    let me = Greenlet.current
                    let numbers = GreenletOf { for number in 0..<3 { try me.switch(number) } }
                    return try (0..<4).map { _ in try numbers.switch() as? Int }
                }
                let values = try Greenlet.spawn(body).get(timeout: 5)
                stage.expect(values, equals: [0, 1, 2, nil])
                let inMain = try body()
                stage.expect(inMain, equals: [0, 1, 2, nil])
            }
        }

        @Test("what one is begun with goes to its body alone", arguments: LoopKind.allCases)
        func opening(_ loop: LoopKind) throws {
            try loop.run { stage in
                let outer = Greenlet.spawn { () -> [String] in
                    let me = Greenlet.current
                    var got: [String] = []
                    let child = GreenletOf(receiving: { first in
                        got.append(first as? String ?? "nothing")
                        got.append(try me.switch() as? String ?? "nothing")
                    })
                    try child.switch("first")
                    try child.switch("second")
                    return got
                }
                let got = try outer.get(timeout: 5)
                stage.expect(got, equals: ["first", "second"])
            }
        }

        @Test("what a callback has passed is not lost by switching on", arguments: LoopKind.allCases)
        func keptMail(_ loop: LoopKind) throws {
            try loop.run { stage in
                var order: [String] = []
                let outer = Greenlet.spawn {
                    let me = Greenlet.current
                    let child = GreenletOf { order.append("child") }
                    IOLoop.current.spawnCallback { try me.switch("kept") }
                    try Greenlet.sleep(0.02)
                    order.append(try child.switch() as? String ?? "nothing")
                    try child.join(timeout: 5)
                }
                try outer.get(timeout: 5)
                stage.expect(order.sorted(), equals: ["child", "kept"])
            }
        }

        @Test("a child that ends while its parent is parked goes on in it", arguments: LoopKind.allCases)
        func parkedParent(_ loop: LoopKind) throws {
            try loop.run { stage in
                let outer = Greenlet.spawn { () -> [Int] in
                    let me = Greenlet.current
                    let child = GreenletOf { () -> Int in
                        try me.switch(1)
                        return 2
                    }
                    let first = try child.switch() as? Int ?? 0
                    IOLoop.current.spawnCallback { try child.switch() }
                    let second = try me.parent.switch() as? Int ?? 0
                    return [first, second]
                }
                let values = try outer.get(timeout: 5)
                stage.expect(values, equals: [1, 2])
            }
        }

        @Test("a child that cannot be started is the parent's error", arguments: LoopKind.allCases)
        func failedStart(_ loop: LoopKind) throws {
            try loop.run { stage in
                let good = LoopKind.suspend
                var bad = good.pointee
                bad.spawn = { _, _, _, _ in
                    Glibc.errno = ENOMEM
                    return nil
                }
                let outer = Greenlet.spawn {
                    // The table lives on this greenlet's stack as long as it is registered.
                    withUnsafePointer(to: bad) { table in
                        Registry.register(.suspend, table: table, by: "test")
                        defer { Registry.register(.suspend, table: good, by: "test") }
                        let error = stage.expect(throws: GreenletError.self) { try GreenletOf {}.switch() }
                        stage.expect(error?.errno, equals: ENOMEM)
                        let second = Greenlet.spawn {}
                        stage.expect(second.ready && second.exception is GreenletError)
                    }
                }
                try outer.get(timeout: 5)
            }
        }
    }
}
