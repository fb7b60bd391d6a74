// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

extension ClientLibraries {
    @Suite("An app's own threads")
    struct ThreadTests {
        @Test("block by themselves, while handlers wait for them")
        func together() throws {
            let app = try ClientApp("workers", environment: ["WORKERS": "20"])
            let answers = try Cooperation.check(app, Array(repeating: "/wait/2", count: 20))
            let words = answers.map { $0.body.split(separator: " ") }
            #expect(Set(words.map { $0[1] }).count == 20, "each by a thread of its own: \(words)")
            let beside = Set(words.compactMap(\.last))
            #expect(beside.count == 1, "and all handlers on one: \(beside)")
            #expect(beside.isDisjoint(with: words.map { $0[1] + "\n" }))
            #expect(try app.stop() == .exited(0))
        }

        @Test("keep handlers waiting while there are too few of them")
        func queue() throws {
            let app = try ClientApp("workers", environment: ["WORKERS": "2"])
            let start = Date()
            let waiting = try (0..<6).map { _ in try app.send("/wait/0.5") }
            #expect(try waiting.map { try $0.answer().status } == Array(repeating: 200, count: 6))
            #expect(Date().timeIntervalSince(start) > 1.4)
            #expect(try app.get("/").status == 200)
            #expect(try app.stop() == .exited(0))
        }
    }
}
