// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// What is loaded while a plugin runs is patched too.
@Suite("Libraries loaded later")
struct LoaderTests {
    @Test("are patched on several threads at once, also from inside a constructor")
    func threads() throws {
        let lazy = ["-Wl,-z,lazy"]
        let parts = try [("first", "1"), ("second", "2"), ("third", "1")].map { name, part in
            try Fixture.plugin("loads-\(name)", ["-DPART=\(part)"] + lazy, source: "loads.c")
        }
        let plugin = try Fixture.plugin("loads", source: "loads.c")
        let result = try Tool.run(["run", "--verbose", plugin, "--"] + parts)
        #expect(result.end == .exited(0), "\(result.errors)")
        #expect(result.output == "all loaded\n")
    }
}
