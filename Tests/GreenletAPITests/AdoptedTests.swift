// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Greenlets
import Testing
import TornadoCore

extension AllTests {
    /// Those that were spawned through the table itself, as a server does for its requests.
    @Suite("Greenlets of others")
    struct AdoptedTests {
        private final class Work {
            let body: () -> Void

            init(_ body: @escaping () -> Void) { self.body = body }
        }

        private func spawn(_ name: String, _ body: @escaping () -> Void) {
            let context = Unmanaged.passRetained(Work(body)).toOpaque()
            _ = GreenletRuntime.table.pointee.spawn(
                { context in
                    guard let context else { return }
                    Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
                },
                context,
                name,
                0
            )
        }

        @Test("have an object while they live, and wait like all others", arguments: LoopKind.allCases)
        func current(_ loop: LoopKind) throws {
            try loop.run { stage in
                let local = GreenletLocal(default: 0)
                var seen: [Greenlet] = []
                var words: [String] = []
                // More than are kept, one after the other: each gets the handle of the one before.
                for index in 0..<200 {
                    let done = Event()
                    self.spawn("request \(index)") {
                        let own = Greenlet.current
                        stage.expect(own.name, equals: "request \(index)")
                        stage.expect(Greenlet.current === own)
                        stage.expect(local.value, equals: 0)
                        local.value = index + 1
                        IOLoop.current.callLater(0) { try own.switch("word \(index)") }
                        if let word = try? own.parent.switch() as? String { words.append(word) }
                        stage.expect(local.value, equals: index + 1)
                        seen.append(own)
                        done.set()
                    }
                    try done.wait(timeout: 5)
                }
                stage.expect(words, equals: (0..<200).map { "word \($0)" })
                stage.expect(Set(seen.map { ObjectIdentifier($0) }).count, equals: 200)
            }
        }

        @Test("can be killed, but not joined", arguments: LoopKind.allCases)
        func kill(_ loop: LoopKind) throws {
            try loop.run { stage in
                var own: Greenlet?
                var thrown: (any Error)?
                let done = Event()
                self.spawn("raw") {
                    own = Greenlet.current
                    do { try Greenlet.sleep(60) } catch { thrown = error }
                    done.set()
                }
                try Greenlet.idle()
                let error = stage.expect(throws: TornadoCore.GreenletError.self) { try own?.join() }
                stage.expect(error?.code, equals: .notSpawnedHere)
                try own?.kill()
                try done.wait(timeout: 5)
                stage.expect(thrown is GreenletExit)
            }
        }
    }
}
