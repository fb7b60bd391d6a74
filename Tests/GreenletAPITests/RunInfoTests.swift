// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing
import TornadoCore

extension AllTests {
    @Suite("RunInfo")
    struct RunInfoTests {
        @Test("tells who waits for what, as a tree with stacks", arguments: LoopKind.allCases)
        func tree(_ loop: LoopKind) throws {
            try loop.run { stage in
                let event = Event()
                let parent = Greenlet.spawn(name: "parent") {
                    let child = Greenlet.spawn(name: "child") { try event.wait() }
                    try child.join()
                }
                try Greenlet.idle()
                let entries = RunInfo.greenlets()
                let child = entries.first { $0.name == "child" }
                stage.expect(child?.state, equals: "waiting")
                stage.expect(child?.waitsFor, equals: "Event.wait")
                stage.expect(child?.spawner, equals: entries.first { $0.name == "parent" }?.id)
                stage.expect(child?.spawnedAt.hasPrefix("GreenletAPITests/RunInfoTests.swift:") ?? false)
                stage.expect((child?.stackSize ?? 0) >= 16384)
                stage.expect((child?.stackUsed ?? 0) > 0)
                stage.expect((child?.stack.count ?? 0) > 2)
                let lines = RunInfo.text(stacks: false).split(separator: "\n")
                let parentLine = lines.firstIndex { $0.contains("'parent'") } ?? -1
                let childLine = lines.firstIndex { $0.contains("'child'") } ?? -1
                stage.expect(childLine, equals: parentLine + 1)
                func indent(_ index: Int) -> Int { index < 0 ? 0 : lines[index].prefix { $0 == " " }.count }
                stage.expect(indent(childLine), equals: indent(parentLine) + 2)
                stage.expect(lines.contains { $0.contains("'main'") && $0.contains("is running") }, "\(lines)")
                event.set()
                try parent.get()
            }
        }
    }
}
