// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing
import TornadoCore

extension AllTests {
    @Suite("GreenletLocal")
    struct LocalTests {
        @Test("each greenlet has its own value, across waits", arguments: LoopKind.allCases)
        func own(_ loop: LoopKind) throws {
            try loop.run { stage in
                let local = GreenletLocal(default: "nobody")
                let all = (0..<10).map { index in
                    Greenlet.spawn { () -> String in
                        stage.expect(local.value, equals: "nobody")
                        local.value = "\(index)"
                        try Greenlet.sleep(0.01)
                        local.with("inner") { stage.expect(local.value, equals: "inner") }
                        return local.value
                    }
                }
                let words = try all.map { try $0.get() }
                stage.expect(words, equals: (0..<10).map { "\($0)" })
                stage.expect(local.value, equals: "nobody")
                local.value = "main"
                local.reset()
                stage.expect(local.value, equals: "nobody")
            }
        }

        @Test("a greenlet's values go with its end", arguments: LoopKind.allCases)
        func freed(_ loop: LoopKind) throws {
            try loop.run { stage in
                let before = Counted.alive
                let local = GreenletLocal<Counted?>(default: nil)
                let greenlet = Greenlet.spawn {
                    local.value = Counted()
                    try Greenlet.yield()
                    stage.expect(Counted.alive, equals: before + 1)
                }
                try greenlet.get()
                stage.expect(Counted.alive, equals: before)
            }
        }

        @Test("an optional has its default, too, and null is a value", arguments: LoopKind.allCases)
        func optional(_ loop: LoopKind) throws {
            try loop.run { stage in
                let local = GreenletLocal<Int?>(default: 7)
                stage.expect(local.value, equals: 7)
                local.value = nil
                stage.expect(local.value, equals: nil)
                local.with(3) { stage.expect(local.value, equals: 3) }
                stage.expect(local.value, equals: nil)
                local.reset()
                stage.expect(local.value, equals: 7)
            }
        }

        /// Reads and sets locals, and asks who is running, when it is freed.
        private final class Nosy {
            static let other = GreenletLocal(default: 0)
            nonisolated(unsafe) static var seen: [Greenlet] = []

            deinit {
                Self.other.value += 1
                Self.seen.append(Greenlet.current)
            }
        }

        @Test("a value that is freed may look at locals", arguments: LoopKind.allCases)
        func nosy(_ loop: LoopKind) throws {
            try loop.run { stage in
                Nosy.seen = []
                let local = GreenletLocal<Nosy?>(default: nil)
                let greenlet = Greenlet.spawn {
                    local.value = Nosy()
                    local.value = Nosy()
                    stage.expect(Nosy.other.value, equals: 1)
                    local.reset()
                    stage.expect(Nosy.other.value, equals: 2)
                    local.with(Nosy()) {}
                    stage.expect(Nosy.other.value, equals: 3)
                    local.value = Nosy()
                }
                try greenlet.get(timeout: 5)
                stage.expect(Nosy.seen.count, equals: 4)
                for seen in Nosy.seen { stage.expect(seen === greenlet, "'\(seen.name)' runs at its end") }
                Nosy.seen = []
            }
        }

        /// Asks who is running when it is logged.
        private struct NosyError: Error, CustomDebugStringConvertible {
            nonisolated(unsafe) static var teller: Greenlet?

            var debugDescription: String {
                Self.teller = Greenlet.current
                return "nosy"
            }
        }

        @Test("an error is logged by the greenlet that ends with it", arguments: LoopKind.allCases)
        func logging(_ loop: LoopKind) throws {
            try loop.run { stage in
                let greenlet = Greenlet.spawn(name: "nosy, as it should be") { throw NosyError() }
                try greenlet.join(timeout: 5)
                stage.expect(NosyError.teller === greenlet)
                NosyError.teller = nil
            }
        }
    }
}
