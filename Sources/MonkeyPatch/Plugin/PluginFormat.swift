// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Decides whether a file is a library that this process could load.
enum PluginFormat {
    static func check(_ bytes: FileBytes, path: String) throws(MonkeyError) -> (ELFFile, DynamicSection) {
        let elf: ELFFile
        let dynamic: DynamicSection
        do {
            elf = try ELFFile(bytes)
            dynamic = try elf.dynamicSection()
            try Self.checkLength(elf)
        } catch {
            throw Self.explain(error, bytes, path: path)
        }
        try Self.checkMachine(elf.machine, path: path)
        try Self.checkKind(elf, dynamic, path: path)
        return (elf, dynamic)
    }

    /// A file whose loaded parts end before they should kills the process that touches them.
    private static func checkLength(_ elf: ELFFile) throws(ELFError) {
        for segment in elf.segments where segment.type == ELFConstant.segmentLoad {
            let (end, overflow) = segment.offset.addingReportingOverflow(segment.size)
            guard !overflow, end <= UInt64(elf.bytes.count) else { throw .truncated("code and data") }
        }
    }

    private static func checkMachine(_ machine: Machine, path: String) throws(MonkeyError) {
        guard machine == .here else {
            throw MonkeyError(
                .notAPlugin,
                "cannot load \(path)",
                because: "it is made for \(machine), and this is \(Machine.here)",
                try: "build it on this machine, or for it"
            )
        }
    }

    private static func checkKind(_ elf: ELFFile, _ dynamic: DynamicSection, path: String) throws(MonkeyError) {
        let reason: String
        let remedies: [String]
        switch elf.kind {
        case .shared where !dynamic.isExecutable:
            guard elf.segments.contains(where: { $0.type == ELFConstant.segmentLoad }) else {
                throw Self.explain(.malformed("nothing in it is to be loaded"), elf.bytes, path: path)
            }
            return
        case .shared, .executable:
            reason = "it is an executable, and not a library"
            remedies = [
                "give the package a product .library(name:, type: .dynamic, targets:), and run its lib<name>.so",
                "or run the executable by itself: Monkey.patchAll() in it does what gtornado does to a plugin",
            ]
        case .relocatable:
            reason = "it is an object file, and not yet a library"
            remedies = ["link it: cc -shared -o libapp.so \(path)"]
        case .core:
            reason = "it is a core dump"
            remedies = ["give the path of a lib*.so"]
        case .other(let number):
            reason = "it is an ELF file of type \(number), and not a library"
            remedies = ["give the path of a lib*.so"]
        }
        throw MonkeyError(.notAPlugin, "cannot load \(path)", because: reason, remedies: remedies)
    }

    private static func explain(_ error: ELFError, _ bytes: FileBytes, path: String) -> MonkeyError {
        switch error {
        case .notELF:
            let source = PackageAdvice.forSource(path)
            return MonkeyError(
                .notAPlugin,
                "cannot load \(path)",
                because: "it is not an ELF library, but \(Self.content(bytes))",
                remedies: source.isEmpty ? ["give the path of a lib*.so"] : source
            )
        case .truncated, .malformed:
            return MonkeyError(
                .notAPlugin,
                "cannot load \(path)",
                because: error.reason,
                try: "build or copy it again; let the copy end before it is run"
            )
        case .notSixtyFourBit(let machine), .bigEndian(let machine):
            return MonkeyError(
                .notAPlugin,
                "cannot load \(path)",
                because: "\(error.reason), and this is \(Machine.here)",
                try: Machine(machine) == .here ? "build it as a 64-bit library" : "build it on this machine, or for it"
            )
        }
    }

    /// What a file that is no ELF file looks like.
    private static func content(_ bytes: FileBytes) -> String {
        let start = bytes.piece(at: 0, size: UInt64(min(bytes.count, 512))) ?? []
        func begins(_ text: String) -> Bool {
            start.starts(with: text.utf8)
        }
        if start.isEmpty { return "an empty file" }
        if begins("!<arch>\n") { return "a static library" }
        if begins("#!") { return "a script" }
        if begins("MZ") { return "a Windows program or library" }
        if start.starts(with: [0xCF, 0xFA, 0xED, 0xFE]) || start.starts(with: [0xCA, 0xFE, 0xBA, 0xBE]) {
            return "a macOS library"
        }
        if begins("/* GNU ld script") || begins("INPUT(") || begins("GROUP (") { return "a linker script" }
        return start.allSatisfy { $0 >= 32 || (9...13).contains($0) } ? "text" : "something else"
    }
}
