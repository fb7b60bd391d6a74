// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import Testing

@testable import MonkeyPatch

/// Libraries for both CPUs, made by the compiler that comes with Swift: it needs no headers and no libraries for them.
@Suite("The words that the linker fills in")
struct ImportSlotTests {
    private static let source = """
        extern long recv(int, void *, unsigned long, int);
        extern unsigned sleep(unsigned);
        extern int poll(void *, unsigned long, int);
        __attribute__((noinline, optnone)) int own(void) { return 1; }
        typedef long (*reader)(int, void *, unsigned long, int);
        static const struct { const char *name; reader read; } rows[] = {{"none", 0}, {"recv", recv}};
        unsigned nap(void) { return sleep(1); }
        const void *address(void) { return (const void *)poll; }
        long table(int fd) { return rows[fd].read(fd, 0, 0, 0) + own(); }
        """

    /// The file, for a CPU.
    private func file(_ cpu: String, _ options: [String] = []) throws -> ELFFile {
        let made = try CompiledFile(
            Self.source,
            ["--target=\(cpu)-linux-gnu", "-shared", "-fPIC", "-O1", "-nostdlib", "-fuse-ld=lld"] + options,
            compiler: "clang"
        )
        return try ELFFile(FileBytes(try made.bytes()))
    }

    private func slots(_ file: ELFFile, _ names: Set<String> = ["recv", "sleep", "poll"]) throws -> [ImportSlot] {
        let table = try #require(try file.dynamicTable())
        return table.importSlots(of: file, machine: file.machine) { names.contains($0) }
    }

    @Test("are found for both CPUs", arguments: ["x86_64", "aarch64"])
    func kinds(cpu: String) throws {
        let file = try self.file(cpu)
        #expect(file.machine == (cpu == "x86_64" ? .x86 : .arm))
        let slots = try self.slots(file)
        let kinds = Dictionary(slots.map { ($0.name, $0.kind) }) { first, _ in first }
        #expect(kinds == ["sleep": .call, "poll": .address, "recv": .data])
        #expect(slots.allSatisfy { !$0.isDefined && $0.address.isMultiple(of: 8) })
        #expect(Set(slots.map(\.address)).count == slots.count)
    }

    @Test("are found without jump stubs, stripped and packed", arguments: ["x86_64", "aarch64"])
    func others(cpu: String) throws {
        for options in [["-fno-plt", "-Wl,-z,now"], ["-s"], ["-Wl,-z,combreloc"], ["-Wl,--pack-dyn-relocs=relr"]] {
            let names = try self.slots(self.file(cpu, options)).map(\.name)
            #expect(Set(names) == ["sleep", "poll", "recv"], "\(options)")
        }
    }

    @Test("are told from those for symbols of the library itself")
    func defined() throws {
        let slots = try self.slots(self.file("x86_64"), ["own"])
        #expect(slots.map(\.isDefined) == [true])
    }

    @Test("are found without section headers, which the linker does not read either")
    func sectionless() throws {
        let made = try CompiledFile(
            LoadedFile.caller.replacing("getppid", with: "getpid"),
            ["-shared", "-fPIC", "-Wl,-soname,libbare.so"]
        )
        var bytes = try made.bytes()
        for index in Array(40..<48) + Array(58..<64) { bytes[index] = 0 }
        let file = try ELFFile(FileBytes(bytes))
        #expect(file.sections.isEmpty)
        #expect(try self.slots(file, ["getpid"]).map(\.name) == ["getpid"])
        #expect(try file.dynamicSection().name == "libbare.so")
        #expect(try file.dynamicSection().needed == ["libc.so.6"])
    }

    @Test("are the same in a file and in memory")
    func loaded() throws {
        let library = try LoadedFile()
        let file = try ELFFile(try PluginPath.open(library.path))
        let inFile = try self.slots(file, ["getppid"])
        var inMemory: [GOTSlot] = []
        var base: UInt64 = 0
        LoadedObject.visitAll { object in
            guard object.path == library.path else { return }
            base = object.identity.base
            inMemory = object.slots { $0 == "getppid" }
        }
        #expect(!inFile.isEmpty)
        #expect(inMemory.map { $0.address - base } == inFile.map(\.address))
    }
}
