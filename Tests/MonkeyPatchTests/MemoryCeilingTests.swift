// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

@testable import MonkeyPatch

@Suite("The memory ceiling")
struct MemoryCeilingTests {
    @Test("tells a crossing once, and again after memory was well below")
    func crossings() {
        var ceiling = MemoryCeiling(1000)
        let sizes = [900, 1000, 1001, 5000, 999, 1001, 960, 1200, 949, 1001, 1002]
        #expect(
            sizes.map { ceiling.crosses($0) } == [
                false, false, true, false, false, false, false, false, false, true, false,
            ]
        )
    }

    @Test("knows what is resident")
    func resident() {
        let before = MemoryCeiling.resident
        #expect(before > 1 << 20)
        let size = 64 << 20
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 1, count: size)
        #expect(MemoryCeiling.resident >= before + size / 2)
    }

    @Test(
        "is told in units that people read",
        arguments: [
            (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KiB"), (1536, "1.5 KiB"), (300 << 20, "300 MiB"),
            (5 << 29, "2.5 GiB"),
        ]
    )
    func units(bytes: Int, text: String) {
        #expect(Bytes.text(bytes) == text)
    }
}
