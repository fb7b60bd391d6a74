// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

@testable import GTornadoCLI

@Suite("A size") struct ByteSizeTests {
    @Test(
        "is read as people write it",
        arguments: [
            ("65536", 65536), ("256k", 262_144), ("256K", 262_144), ("256KiB", 262_144), ("256kb", 262_144),
            ("1m", 1_048_576), ("2G", 2_147_483_648), ("1.5G", 1_610_612_736), ("512B", 512), ("0", 0),
        ]
    )
    func sizes(text: String, bytes: Int) {
        #expect(ByteSize(argument: text)?.bytes == bytes)
    }

    @Test(
        "is refused as what it is not",
        arguments: [
            "", "k", "B", "KiB", "iB", "1iB", "-1", "+1", "1e3", "0x10", ".", ".5k", "1..5k", "1 k", "kk", "1kk", "nan",
            "inf", "256 pages", "9999999999999999g",
        ]
    )
    func refusals(text: String) {
        #expect(ByteSize(argument: text) == nil)
    }
}
