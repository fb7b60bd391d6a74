// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser

/// A number of bytes as people write it: `65536`, `256k`, `256KiB`, `1m`, `1.5G`; units are of 1,024.
struct ByteSize: ExpressibleByArgument, Equatable {
    let bytes: Int

    init?(argument: String) {
        let units: [(suffix: String, size: Int)] = [("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40)]
        var text = argument.uppercased()[...]
        if text.hasSuffix("B") { text = text.dropLast() }
        let isBinary = text.hasSuffix("I")
        if isBinary { text = text.dropLast() }
        let unit = units.first { text.hasSuffix($0.suffix) }
        // There is KiB, but no iB.
        guard unit != nil || !isBinary else { return nil }
        if unit != nil { text = text.dropLast() }
        guard text.first != ".", text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }), let value = Double(text),
            value * Double(unit?.size ?? 1) < 1e18
        else { return nil }
        self.bytes = Int(value * Double(unit?.size ?? 1))
    }
}
