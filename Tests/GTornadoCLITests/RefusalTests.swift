// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// One plugin that cannot be run, the status it is refused with, and the snapshot of what is said.
struct Refusal: Sendable, CustomTestStringConvertible {
    var snapshot: String
    var status: Int32
    var path: @Sendable () throws -> String

    init(_ snapshot: String, _ status: Int32, _ path: @escaping @Sendable () throws -> String) {
        self.snapshot = snapshot
        self.status = status
        self.path = path
    }

    var testDescription: String {
        self.snapshot
    }

    static let files = [
        Refusal("no-such-file", 66) {
            _ = try Fixture.plugin()
            return "\(Fixture.folder)/nothing-like-it.so"
        },
        Refusal("misspelt", 66) {
            _ = try Fixture.plugin("theonlyone")
            return "\(Fixture.folder)/libtheonlyon.so"
        },
        Refusal("bare-directory", 65) { try Self.folder("empty", []) },
        Refusal("package", 65) { try Self.folder("package", ["Package.swift"]) },
        Refusal("built-package", 65) { try Self.folder("built", ["Package.swift", ".build/release/libapp.so"]) },
        Refusal("device", 65) { "/dev/null" },
        Refusal("empty-file", 65) { try Fixture.file("libempty.so", []) },
        Refusal("text-file", 65) { try Fixture.file("notes.txt", Array("just text\n".utf8)) },
        Refusal("c-source", 65) { try Fixture.file("app.c", Array("int x;\n".utf8)) },
        Refusal("other-cpu", 65) { try Fixture.changed("riscv") { $0[18] = 243 } },
        Refusal("32-bit", 65) {
            try Fixture.changed("small") {
                $0[4] = 1
                $0[18] = 3
            }
        },
        Refusal("truncated", 65) { try Fixture.changed("cut") { $0.removeLast($0.count / 2) } },
        Refusal("executable", 65) { Tool.gtornado },
        Refusal("no-entry", 65) { try Fixture.plugin("noentry", ["-DENTRY=something_else"]) },
        Refusal("similar-entry", 65) { try Fixture.plugin("similar", ["-DENTRY=gtornado_plugin_v2"]) },
        Refusal("hidden-entry", 65) { try Fixture.plugin("hidden", ["-DHIDDEN_ENTRY"]) },
        Refusal("swift-entry", 65) {
            try Fixture.plugin("mangled", ["-DENTRY=$s5Hello18gtornado_plugin_v1SPySo9gt_pluginaGyF"])
        },
        Refusal("no-record", 65) { try Fixture.plugin("norecord", ["-DWITHOUT_RECORD"]) },
        Refusal("wrong-record", 65) { try Fixture.plugin("garbage", ["-DRECORD_GARBAGE"]) },
        Refusal("newer-abi", 78) { try Fixture.plugin("newer", ["-DRECORD_ABI=2", "-DRECORD_FRAMEWORK=10203"]) },
        Refusal("older-abi", 78) { try Fixture.plugin("older", ["-DRECORD_ABI=0"]) },
        Refusal("other-compiler", 78) { try Fixture.plugin("oldswift", ["-DRECORD_COMPILER=50900"]) },
    ]

    static let loading = [
        Refusal("undefined-c", 69) {
            try Fixture.plugin("undefined", ["-DUNDEFINED_SYMBOL=a_function_that_nobody_has"])
        },
        Refusal("undefined-cxx", 69) { try Fixture.plugin("undefinedcxx", ["-DUNDEFINED_SYMBOL=_ZN3foo3barEi"]) },
        Refusal("undefined-swift", 69) {
            try Fixture.plugin("undefinedswift", ["-DUNDEFINED_SYMBOL=$s7Tornado6IOLoopC5startyyF"])
        },
        Refusal("missing-library", 69) {
            let gone = try Fixture.plugin("gone", ["-DWITHOUT_RECORD", "-Wl,-soname,libgone.so.4"])
            let plugin = try Fixture.plugin("needy", ["-Wl,--no-as-needed", gone])
            return plugin
        },
        Refusal("null-descriptor", 65) { try Fixture.plugin("null", ["-DNULL_DESCRIPTOR"]) },
        Refusal("wrong-magic", 65) { try Fixture.plugin("magic", ["-DDESCRIPTOR_MAGIC=7"]) },
        Refusal("descriptor-abi", 78) { try Fixture.plugin("descriptorabi", ["-DDESCRIPTOR_ABI=9"]) },
        Refusal("short-descriptor", 78) { try Fixture.plugin("short", ["-DDESCRIPTOR_SIZE=20"]) },
        Refusal("no-registry", 65) { try Fixture.plugin("noregistry", ["-DWITHOUT_REGISTRY"]) },
        Refusal("no-main", 65) { try Fixture.plugin("nomain", ["-DDESCRIPTOR_MAIN=0", "-Wno-unused-function"]) },
    ]

    private static func folder(_ name: String, _ files: [String]) throws -> String {
        let path = "\(Fixture.folder)/\(name)"
        for file in files + ["."] {
            let url = URL(filePath: path).appending(path: file)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            if file != "." { try Data().write(to: url) }
        }
        return path
    }
}

@Suite("A plugin that cannot run")
struct RefusalTests {
    @Test(
        "is refused by run, which says what, on what, why, and what to try",
        arguments: Refusal.files + Refusal.loading
    )
    func run(refusal: Refusal) throws {
        let result = try Tool.run(["run", refusal.path()], directory: "/")
        #expect(result.end == .exited(refusal.status))
        #expect(result.output == "")
        #expect(result.errors.contains("  why: "))
        #expect(result.errors.contains("  try: "))
        try Snapshot.check(result.errors, "refusals/" + refusal.snapshot)
    }

    @Test(
        "is refused by check in the same words, with the step that failed",
        arguments: Refusal.files + Refusal.loading
    )
    func check(refusal: Refusal) throws {
        let path = try refusal.path()
        let run = try Tool.run(["run", path], directory: "/")
        let check = try Tool.run(["check", path], directory: "/")
        #expect(check.end == run.end)
        #expect(check.errors == run.errors)
        let last = try #require(check.output.split(separator: "\n").last)
        #expect(last.hasPrefix("failed  "))
        #expect(check.output.split(separator: "\n").dropLast().allSatisfy { $0.hasPrefix("ok  ") })
    }

    @Test("is refused by patch --list without being loaded", arguments: Refusal.files)
    func patch(refusal: Refusal) throws {
        let path = try refusal.path()
        let result = try Tool.run(["patch", "--list", path], directory: "/")
        #expect(result.end == .exited(refusal.status))
        #expect(result.errors == (try Tool.run(["run", path], directory: "/").errors))
    }

    @Test("is listed by patch --list if only loading it would fail", arguments: Refusal.loading)
    func patchUnloadable(refusal: Refusal) throws {
        let result = try Tool.run(["patch", "--list", refusal.path()])
        #expect(result.end == .exited(0))
        #expect(result.output.contains("would be applied"))
    }

    @Test(
        "is refused for a missing permission",
        .enabled(if: Nobody.canRun(Tool.gtornado), "needs setpriv, and to be root")
    )
    func permission() throws {
        let path = try Fixture.changed("unreadable") { _ in }
        chmod(path, 0)
        let result = try Nobody.run(["run", path])
        #expect(result.end == .exited(66))
        try Snapshot.check(result.errors, "refusals/permission")
    }
}

/// A user without privileges.
///
/// Root may read and bind everything, so permission is tested as somebody else.
enum Nobody {
    static func canRun(_ program: String) -> Bool {
        guard geteuid() == 0, Tool.exists("setpriv") else { return false }
        return (try? self.run(["--version"]).end) == .exited(0)
    }

    static func run(_ arguments: [String]) throws -> Tool.Result {
        try Tool.run(
            ["--reuid=65534", "--regid=65534", "--clear-groups", Tool.gtornado] + arguments,
            executable: "setpriv"
        )
    }
}
