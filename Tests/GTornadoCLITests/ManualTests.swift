// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

@testable import GTornadoCLI

/// The files that `make docs` makes.
enum Manual {
    static let pages = ["gtornado", "gtornado-run", "gtornado-patch", "gtornado-check", "gtornado-completions"]
    static let scripts = ["gtornado.bash", "_gtornado", "gtornado.fish"]

    static func text(_ path: String) throws -> String {
        try String(contentsOf: Place.repository.appending(path: path), encoding: .utf8)
    }

    /// Every `Setting("NAME")` in the sources.
    static var variables: [String] {
        let folder = Place.repository.appending(path: "Sources/GTornadoCLI/Settings")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        let text = files.compactMap { try? String(contentsOf: $0, encoding: .utf8) }.joined()
        return text.matches(of: /= Setting\("([A-Z_]+)"\)/).map { "GTORNADO_" + $0.output.1 }
    }
}

@Suite("Man pages and completion scripts")
struct ManualTests {
    @Test("are those that the flags' definition makes")
    func drift() throws {
        let folder = try Place.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try Tool.run(["generate", folder.path]).end == .exited(0))
        var count = 0
        for name in ["man", "completions"] {
            let made = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path).sorted()
            let kept = try FileManager.default.contentsOfDirectory(
                atPath: Place.repository.appending(path: name).path
            ).filter { !$0.hasPrefix(".") }.sorted()
            #expect(made == kept)
            for file in made {
                let new = try String(contentsOf: folder.appending(path: "\(name)/\(file)"), encoding: .utf8)
                #expect(try Manual.text("\(name)/\(file)") == new, "\(name)/\(file) is old: make docs")
                count += 1
            }
        }
        #expect(count == Manual.pages.count + Manual.scripts.count)
    }

    @Test("name every long flag of their command")
    func flags() throws {
        let root = try ToolDump.read()
        let scripts = try Manual.scripts.map { try Manual.text("completions/\($0)") }
        for command in root.shown {
            let page = try Manual.text("man/gtornado-\(command.commandName).1").replacing("\\-", with: "-")
            let arguments = ([command] + command.shown).flatMap(\.shownArguments)
            for name in arguments.flatMap({ $0.names ?? [] }) where name.kind == "long" {
                #expect(page.contains("Fl -\(name.name)"), "gtornado-\(command.commandName).1 lacks --\(name.name)")
                for (script, text) in zip(Manual.scripts, scripts) {
                    #expect(
                        text.contains("--\(name.name)") || text.contains("-l '\(name.name)'"),
                        "\(script) lacks --\(name.name)"
                    )
                }
            }
        }
    }

    @Test("name every variable that the code reads, and no other")
    func variables() throws {
        let all = Manual.variables
        #expect(all.count > 10)
        let page = try Manual.text("man/gtornado-run.1")
        let environment = try #require(page.components(separatedBy: ".Sh ENVIRONMENT").last)
        let named = Set(environment.matches(of: /GTORNADO_[A-Z_]+/).map { String($0.output) })
        #expect(named == Set(all))
        let help = try Tool.run(["run", "--help"], environment: ["COLUMNS": "200"]).output
        for variable in all {
            #expect(help.contains("[env: \(variable)]"))
        }
    }

    @Test(
        "are typeset without a warning",
        .enabled(if: Tool.exists("groff"), "groff is not installed"),
        arguments: Manual.pages
    )
    func typesetting(page: String) throws {
        let path = Place.repository.appending(path: "man/\(page).1").path
        let result = try Tool.run(["-mdoc", "-ww", "-Tutf8", path], executable: "groff")
        #expect(result.end == .exited(0))
        #expect(result.errors == "")
        #expect(result.output.count > 1000)
    }

    @Test("have every section", arguments: Manual.pages)
    func sections(page: String) throws {
        let text = try Manual.text("man/\(page).1")
        let sections = [
            "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "ENVIRONMENT", "FILES", "SIGNALS", "EXIT STATUS", "EXAMPLES",
            "SEE ALSO",
        ]
        #expect(text.matches(of: /(?m)^\.Sh (.*)$/).map { String($0.output.1) } == sections)
    }

    @Test("document every exit status that the code has")
    func statuses() throws {
        let source = try Manual.text("Sources/MonkeyPatch/MonkeyError.swift")
        let codes = Set(source.matches(of: /Code\(exitStatus: ([0-9]+)\)/).map { String($0.output.1) })
        let page = try Manual.text("man/gtornado-run.1")
        let section = try #require(page.components(separatedBy: ".Sh EXIT STATUS").last)
        let named = Set(section.matches(of: /(?m)^\.It ([0-9]+)$/).map { String($0.output.1) })
        #expect(named == codes.union(["0"]))
    }

    @Test("have examples that work", arguments: Manual.pages)
    func examples(page: String) throws {
        let text = try Manual.text("man/\(page).1").replacing("\\-", with: "-").replacing("\\&", with: "")
        let commands = text.matches(of: /(?m)^\.Dl (.*)$/).map { String($0.output.1) }
        #expect(!commands.isEmpty)
        let plugin = try Fixture.plugin("own", ["-DOWN_PROVIDERS"])
        let folder = try Place.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(atPath: plugin, toPath: folder.path + "/libhello.so")
        for command in commands {
            // The app that is run here pretends to listen, so that nothing of this machine is used.
            let own = command.contains(" run ") ? "GTORNADO_NO_PATCH=ioloop,httpserver " : ""
            let line = own + command.replacing("gtornado ", with: "\(Tool.gtornado) ")
            let result = try Tool.run(
                ["-c", line],
                executable: "bash",
                environment: ["HOME": folder.path, "SHELL": "/bin/bash"],
                directory: folder.path
            )
            #expect(result.end == .exited(0), "\(command)\n\(result.errors)")
        }
    }
}
