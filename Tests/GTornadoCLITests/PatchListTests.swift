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

    @Test("says where there is no TLS, and why")
    func withoutTLS() throws {
        let folder = try Place.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files that are no libraries, in the place of the system's.
        func list(without files: String...) throws -> (String, [String: Any]) {
            for file in files { try Data().write(to: folder.appending(path: file)) }
            let environment = ["LD_LIBRARY_PATH": folder.path]
            let table = try Tool.run(["patch", "--list"], environment: environment)
            let json = try Tool.run(["patch", "--list", "--json"], environment: environment)
            #expect(table.end == .exited(0) && json.end == .exited(0), "\(table.errors)\(json.errors)")
            let line = table.output.components(separatedBy: "\n\n").first { $0.hasPrefix("TLS: ") } ?? table.output
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            return (line.replacing(folder.path, with: "FOLDER"), try #require(object))
        }
        func choices(_ object: [String: Any]) throws -> [Bool] {
            let patches = try #require(object["patches"] as? [[String: Any]])
            let choices = patches.flatMap { $0["choices"] as? [[String: Any]] ?? [] }
            return choices.compactMap { ($0["tls"] as? [String: Any])?["available"] as? Bool }
        }
        let (half, halfObject) = try list(without: "libevent_openssl-2.1.so.7")
        try Snapshot.check(half + "\n", "patch-list/no-libevent-openssl")
        #expect(try choices(halfObject) == [true, false])
        let (none, noneObject) = try list(without: "libssl.so.3", "libssl.so")
        try Snapshot.check(none + "\n", "patch-list/no-openssl")
        #expect(try choices(noneObject) == [false, false])
        #expect((noneObject["tls"] as? [String: Any])?["library"] is NSNull)
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
