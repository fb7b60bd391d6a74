// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

@testable import MonkeyPatch

/// A body between the server, which brings it in pieces of one size, and an application that reads others.
@Suite("An unread body") struct UnreadBodyTests {
    @Test("comes out as it went in", arguments: [1, 7, 64, 1000], [1, 3, 100, 5000])
    func order(piece: Int, capacity: Int) {
        let all = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var unread = UnreadBody()
        var out: [UInt8] = []
        var sent = 0
        // The reader begins late and falls behind, so that old and new bytes are there together.
        while sent < all.count {
            let next = all[sent..<min(sent + piece, all.count)]
            Array(next).withUnsafeBufferPointer { unread.append($0) }
            sent += next.count
            if sent > 5000 { out += self.take(&unread, capacity) }
            #expect(unread.count == sent - out.count)
        }
        while !unread.isEmpty { out += self.take(&unread, capacity) }
        #expect(out == all)
        #expect(self.take(&unread, capacity).isEmpty)
    }

    private func take(_ unread: inout UnreadBody, _ capacity: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = buffer.baseAddress.map { unread.take(into: UnsafeMutableRawPointer($0), capacity) } ?? 0
        }
    }
}
