// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import Testing

@testable import MonkeyPatch

@Suite("The ELF reader")
struct ELFFileTests {
    @Test("finds what a library exports, needs and records")
    func facts() throws {
        let made = try CompiledFile(smallestPlugin, ["-shared", "-fPIC", "-Wl,-soname,libnamed.so.1"])
        let elf = try ELFFile(FileBytes(try made.bytes()))
        let dynamic = try elf.dynamicSection()
        #expect(elf.kind == .shared)
        #expect(elf.machine == .here)
        #expect(dynamic.needed == ["libc.so.6"])
        #expect(dynamic.name == "libnamed.so.1")
        #expect(!dynamic.isExecutable)
        #expect(elf.exports("gtornado_plugin_v1"))
        #expect(elf.exports("another_function"))
        #expect(!elf.exports("another_functio"))
        #expect(!elf.exports("another_function_"))
        #expect(!elf.exports("puts"), "puts is used, and not defined")
        let section = try #require(elf.section(named: "gtornado_app"))
        #expect(elf.contents(of: section)?.count == 16)
    }

    @Test("reads a stripped file", arguments: ["-s", "-Wl,--strip-all,--gc-sections"])
    func stripped(option: String) throws {
        let made = try CompiledFile(smallestPlugin, ["-shared", "-fPIC", option])
        let elf = try ELFFile(FileBytes(try made.bytes()))
        #expect(elf.exports("gtornado_plugin_v1"))
        #expect(elf.definitions(in: .full) { _ in true }.isEmpty)
        let section = try #require(elf.section(named: PluginRecord.sectionName))
        let record = try #require(elf.contents(of: section).flatMap { PluginRecord($0) })
        #expect(record.abiVersion == 1)
        #expect(record.compiler == nil)
    }

    @Test("says where a library looks first", arguments: ["--enable-new-dtags", "--disable-new-dtags"])
    func searchPath(tags: String) throws {
        let made = try CompiledFile(
            smallestPlugin,
            ["-shared", "-fPIC", "-Wl,\(tags)", "-Wl,-rpath,$ORIGIN/../lib"]
        )
        let elf = try ELFFile(FileBytes(try made.bytes()))
        #expect(try elf.dynamicSection().searchPath == "$ORIGIN/../lib")
    }

    @Test("tells an executable from a library", arguments: ["-pie", "-no-pie"])
    func executable(option: String) throws {
        let made = try CompiledFile("int main(void) { return 0; }", [option, "-fPIC"], name: "program")
        let elf = try ELFFile(FileBytes(try made.bytes()))
        #expect(try elf.kind == .executable || elf.dynamicSection().isExecutable)
    }

    @Test("reads a file on disk as it reads memory")
    func onDisk() throws {
        let made = try CompiledFile(smallestPlugin)
        let elf = try ELFFile(try PluginPath.open(made.path))
        #expect(elf.exports("gtornado_plugin_v1"))
        #expect(try elf.dynamicSection().needed == ["libc.so.6"])
    }

    @Test("gives no piece that is not there")
    func pieces() {
        let bytes = FileBytes([1, 2, 3, 4])
        #expect(bytes.piece(at: 0, size: 4) == [1, 2, 3, 4])
        #expect(bytes.piece(at: 4, size: 0) == [])
        #expect(bytes.piece(at: 1, size: 4) == nil)
        #expect(bytes.piece(at: 5, size: 0) == nil)
        #expect(bytes.piece(at: .max, size: 1) == nil)
        #expect(bytes.piece(at: 1, size: .max) == nil)
        #expect([UInt8]([1, 2]).number(at: 0, as: UInt32.self) == nil)
        #expect([UInt8]([1, 2]).number(at: -1, as: UInt16.self) == nil)
        #expect([UInt8]([1, 2]).number(at: 0, as: UInt16.self) == 0x0201)
        #expect([UInt8]([0x61, 0x62]).text(at: 0) == nil, "no NUL")
        #expect([UInt8]([0x61, 0]).text(at: 0) == "a")
        #expect([UInt8]([0x61, 0]).text(at: 2) == nil)
    }
}
