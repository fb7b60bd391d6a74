// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// Plugins whose static initialisers do what they should leave to the app's main.
@Suite("A plugin's initialisers")
struct InitialiserTests {
    @Test("and its entry are told apart where they end the process", arguments: ["INITIALISER", "ENTRY_DOES"])
    func exits(place: String) throws {
        let isEntry = place == "ENTRY_DOES"
        let plugin = try Fixture.plugin(isEntry ? "entryexits" : "exits", ["-D\(place)=exit(0)"])
        let result = try Tool.run(["run", plugin])
        #expect(result.end == .exited(70))
        try Snapshot.check(result.errors, isEntry ? "run/entry-exits" : "run/initialiser-exits")
        #expect(try Tool.run(["check", plugin]).end == .exited(70))
    }

    @Test("that block are told of, and waited for")
    func blocks() throws {
        let plugin = try Fixture.plugin("blocks", ["-DINITIALISER=sleep(6)"])
        let result = try Tool.run(["run", plugin, "--", "status", "0"])
        #expect(result.end == .exited(0))
        #expect(result.errors.contains("libblocks.so has been loading for 5 s: a static initialiser"))
    }

    @Test("that change signal handlers are told of, and do not keep the run from stopping")
    func handlers() throws {
        let plugin = try Fixture.plugin("ignores", ["-DINITIALISER=signal(SIGTERM,SIG_IGN)"])
        let checked = try Tool.run(["check", plugin])
        #expect(checked.end == .exited(0))
        #expect(checked.output.contains("its initialisers changed the handling of SIGTERM"))
        let process = try Tool.start(["run", "-b", "127.0.0.1:0", plugin, "--", "serve"])
        _ = try process.line(with: "listening on ")
        let url = "http" + process.errors.components(separatedBy: "http").last.unsafelyUnwrapped
        _ = try Tool.run(["-sS", String(url.prefix { !$0.isNewline })], executable: "curl")
        process.send(SIGTERM)
        #expect(try process.wait() == .exited(0))
    }
}
