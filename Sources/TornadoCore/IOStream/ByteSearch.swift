// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Finding a delimiter in bytes.
enum ByteSearch {
    /// Where `delimiter`, which is not empty, begins at `start` or behind it.
    @inline(__always)
    static func find(
        _ delimiter: UnsafeBufferPointer<UInt8>,
        in bytes: UnsafeRawBufferPointer,
        from start: Int
    ) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let last = bytes.count - delimiter.count
        var index = start
        // The C library looks for the first byte in large steps; the rest is a few comparisons.
        while index <= last {
            guard let found = memchr(base + index, Int32(delimiter[0]), last - index + 1) else { return nil }
            index = UnsafeRawPointer(found) - base
            if Self.matches(delimiter, base + index) { return index }
            index += 1
        }
        return nil
    }

    @inline(__always)
    private static func matches(_ delimiter: UnsafeBufferPointer<UInt8>, _ place: UnsafeRawPointer) -> Bool {
        var offset = 1
        while offset < delimiter.count {
            if place.load(fromByteOffset: offset, as: UInt8.self) != delimiter[offset] { return false }
            offset += 1
        }
        return true
    }
}
