// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

@testable import MonkeyPatch

@Suite("A hostile file")
struct HostileFileTests {
    /// Everything that is done with a file before it is loaded.
    private func inspect(_ bytes: [UInt8]) -> MonkeyError? {
        do {
            let (elf, _) = try PluginFormat.check(FileBytes(bytes), path: "./hostile.so")
            try PluginEntry.check(elf, path: "./hostile.so")
            try PluginVersions.check(PluginVersions.record(of: elf, path: "./hostile.so"), path: "./hostile.so")
            _ = elf.definitions(in: .dynamic) { _ in true }
            _ = elf.definitions(in: .full) { _ in true }
            if let table = try? elf.dynamicTable() {
                for machine in [Machine.x86, .arm] {
                    _ = table.importSlots(of: elf, machine: machine) { _ in true }
                }
                _ = table.unrelocated(base: 0x1000, image: 0x1000..<0x2000).importSlots(of: elf, machine: .here) { _ in
                    false
                }
            }
            return nil
        } catch {
            return error
        }
    }

    /// A library with as few bytes as the linker makes.
    private func smallLibrary() throws -> [UInt8] {
        try CompiledFile(
            smallestPlugin,
            ["-shared", "-fPIC", "-nostdlib", "-Wl,-z,noseparate-code", "-Wl,--build-id=none", "-Wl,-z,norelro"]
        ).bytes()
    }

    @Test("cut off anywhere is refused, and not a crash")
    func truncated() throws {
        let bytes = try self.smallLibrary()
        #expect(self.inspect(bytes) == nil)
        var refused = 0
        for count in 0..<bytes.count {
            if let error = self.inspect(Array(bytes[..<count])) {
                #expect(error.code == .notAPlugin)
                refused += 1
            }
        }
        // The section headers are the last thing in the file: without its last byte it is incomplete.
        #expect(refused == bytes.count)
    }

    @Test(
        "with any byte changed is read or refused, and not a crash",
        arguments: [0x00, 0x01, 0x7F, 0x80, 0xFF] as [UInt8]
    )
    func changed(value: UInt8) throws {
        let bytes = try self.smallLibrary()
        var refused = 0
        for index in bytes.indices where bytes[index] != value {
            var changed = bytes
            changed[index] = value
            if self.inspect(changed) != nil { refused += 1 }
        }
        #expect(refused > 16, "a changed magic word, class, machine or record is always refused")
    }

    @Test("with numbers at their limits is read or refused, and not a crash")
    func extremes() throws {
        let bytes = try self.smallLibrary()
        let patterns: [UInt64] = [.max, UInt64(Int64.max), 1 << 63, 0xFFFF_FFFF, UInt64(bytes.count)]
        for start in stride(from: 16, to: min(bytes.count, 2048) - 8, by: 4) {
            for pattern in patterns {
                var changed = bytes
                for index in 0..<8 {
                    changed[start + index] = UInt8(truncatingIfNeeded: pattern >> (8 * index))
                }
                _ = self.inspect(changed)
            }
        }
        #expect(self.inspect(bytes) == nil)
    }

    @Test("that is no library at all is named for what it is")
    func otherFiles() {
        let files: [([UInt8], String)] = [
            ([], "an empty file"),
            (self.bytes("#!/bin/sh\n"), "a script"),
            (self.bytes("!<arch>\n"), "a static library"),
            (self.bytes("MZ\u{0}"), "a Windows program or library"),
            ([0xCF, 0xFA, 0xED, 0xFE, 7], "a macOS library"),
            (self.bytes("import Tornado\n"), "text"),
            ([1, 2, 3, 4, 5], "something else"),
            (self.bytes("/* GNU ld script */"), "a linker script"),
        ]
        for (start, name) in files {
            let reason = self.inspect(start)?.reason
            #expect(reason == "it is not an ELF library, but \(name)")
        }
    }

    private func bytes(_ text: String) -> [UInt8] {
        Array(text.utf8)
    }

    @Test("for another CPU, word size or byte order is refused with its name")
    func otherMachines() throws {
        let bytes = try self.smallLibrary()
        func changed(_ changes: [Int: UInt8]) -> String? {
            var copy = bytes
            for (index, value) in changes { copy[index] = value }
            return self.inspect(copy)?.reason
        }
        let here = Machine.here
        #expect(changed([18: 243]) == "it is made for RISC-V, and this is \(here)")
        #expect(changed([18: 0xFE, 19: 0xFE]) == "it is made for ELF machine 65278, and this is \(here)")
        #expect(changed([4: 1, 18: 3]) == "it is a 32-bit library (Intel 80386), and this is \(here)")
        #expect(changed([4: 1, 18: 40]) == "it is a 32-bit library (ARM), and this is \(here)")
        #expect(changed([5: 2, 18: 0, 19: 21]) == "it is a big-endian library (PowerPC64), and this is \(here)")
        #expect(changed([4: 9]) == "the file is damaged: neither a 32-bit nor a 64-bit file")
        #expect(changed([16: 1]) == "it is an object file, and not yet a library")
        #expect(changed([16: 2]) == "it is an executable, and not a library")
        #expect(changed([16: 4]) == "it is a core dump")
        #expect(changed([16: 77]) == "it is an ELF file of type 77, and not a library")
    }
}
