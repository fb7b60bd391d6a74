// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import MonkeyPatch
import TestKit
import Testing

@Suite("patch --list")
struct PatchListTests {
    @Test("is a table for people")
    func table() throws {
        let result = try Tool.run(["patch", "--list"])
        #expect(result.end == .exited(0))
        #expect(result.errors == "")
        try Snapshot.check(result.output, "patch-list/table")
        #expect(try Tool.run(["patch"]).output == result.output)
    }

    @Test("is JSON for programs")
    func json() throws {
        let result = try Tool.run(["patch", "--list", "--json"])
        #expect(result.end == .exited(0))
        try Snapshot.check(result.output, "patch-list/json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let patches = try #require(object["patches"] as? [[String: Any]])
        #expect(patches.map { $0["name"] as? String } == Catalogue.names)
        #expect(patches.allSatisfy { $0["state"] as? String == "available" })
        #expect(patches.filter { $0["opt_in"] as? Bool == true }.map { $0["name"] as? String } == ["file"])
    }

    @Test("says what evhttp cannot do")
    func limitations() throws {
        let text = try Tool.run(["patch", "--list"]).output
        let part = try #require(text.components(separatedBy: "What --httpserver evhttp cannot do:\n").last)
        #expect(part.split(separator: "\n").count >= 3)
        #expect(part.split(separator: "\n").allSatisfy { $0.hasPrefix("  - ") })
    }

    @Test("says what a plugin is, without loading it")
    func plugin() throws {
        // The plugin needs a symbol that nobody has: it cannot have been loaded.
        let path = try Fixture.plugin("unloadable", ["-DUNDEFINED_SYMBOL=a_function_that_nobody_has"])
        let table = try Tool.run(["patch", "--list", path])
        #expect(table.end == .exited(0))
        try Snapshot.check(table.output, "patch-list/plugin")
        let json = try Tool.run(["patch", "--list", "--json", path])
        try Snapshot.check(json.output, "patch-list/plugin-json")
    }
}

@Suite("check")
struct CheckTests {
    @Test("tells each step of a plugin that can run, and does not run it")
    func good() throws {
        let result = try Tool.run(["check", Fixture.plugin("own", ["-DOWN_PROVIDERS"])])
        #expect(result.end == .exited(0))
        #expect(result.errors == "")
        try Snapshot.check(result.output, "check/own")
    }

    @Test("says that nothing is registered where nothing is")
    func bare() throws {
        let result = try Tool.run(["check", Fixture.plugin()])
        #expect(result.end == .exited(0))
        try Snapshot.check(result.output, "check/bare")
    }
}
