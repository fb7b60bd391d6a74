// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Testing

@testable import MonkeyPatch

@Suite("The version record")
struct PluginVersionsTests {
    private func bytes(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
    }

    @Test("is four words")
    func words() throws {
        let record = try #require(PluginRecord(self.bytes([GTORNADO_MAGIC, 1, 100, 60_301])))
        #expect(record.abiVersion == 1)
        #expect(record.framework == "0.1.0")
        #expect(record.compiler == "Swift 6.3.1")
    }

    @Test("is refused if it is something else")
    func others() {
        #expect(PluginRecord([]) == nil)
        #expect(PluginRecord(self.bytes([GTORNADO_MAGIC, 1, 100])) == nil)
        #expect(PluginRecord(self.bytes([0x1234_5678, 1, 100, 0])) == nil)
    }

    @Test("decides whether a plugin can run")
    func decisions() throws {
        func outcome(_ words: [UInt32]) throws -> MonkeyError? {
            let record = try #require(PluginRecord(self.bytes([GTORNADO_MAGIC] + words)))
            do {
                try PluginVersions.check(record, path: "./p.so")
                return nil
            } catch {
                return error
            }
        }
        let ours = SwiftCompiler.version.number
        #expect(try outcome([1, 100, 0]) == nil)
        #expect(try outcome([1, 100, ours]) == nil)
        #expect(try outcome([2, 900, 0])?.remedies == ["run it with gtornado 0.9.0 or later"])
        #expect(try outcome([0, 1, 0])?.remedies == ["build it with gtornado \(GTORNADO_VERSION_STRING)"])
        #expect(try outcome([1, 100, ours - 1])?.code == .mismatch)
        #expect(try outcome([1, 100, .max])?.code == .mismatch)
        #expect(try outcome([.max, .max, .max])?.code == .mismatch)
    }
}
