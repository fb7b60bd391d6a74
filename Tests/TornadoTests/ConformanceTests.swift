// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// The codec's tables against live servers: `Tests/Conformance/drive` is pointed at `Examples/echo`.
@Suite("HTTP framing on a live server", .serialized)
struct ConformanceTests {
    @Test("holds on every server that frames for itself", arguments: Provider.allCases.filter { !$0.isEvhttp })
    func strict(_ provider: Provider) throws {
        try expectConformance(provider, [])
    }

    @Test("misses exactly the listed cases on evhttp")
    func evhttp() throws {
        let list = Place.repository.appending(path: "Tests/Conformance/evhttp-exceptions.txt").path
        try expectConformance(.evhttp, ["--any-refusal", "--exceptions", list])
    }

    private func expectConformance(_ provider: Provider, _ options: [String]) throws {
        let python = try #require(Place.program("python3"), "the driver needs python3: apt-get install python3")
        let server = try ChildProcess(try command(provider))
        let line = try server.line(with: "listening on http://127.0.0.1:")
        let address = try #require(line.split(separator: "/").last.map(String.init), "\(line)")
        let script = Place.repository.appending(path: "Tests/Conformance/drive").path
        let driver = try ChildProcess([python, script, address] + options)
        let end = try driver.wait(seconds: 300)
        #expect(end == .exited(0), "\(provider)\n\(driver.output)\n\(driver.errors)")
        #expect(driver.output.contains("as expected"))
        server.send(SIGTERM)
        #expect(try server.wait() == .exited(0), "\(server.errors)")
    }

    /// The echo plugin on the combination; the built-in one is the plugin with nothing swapped.
    private func command(_ provider: Provider) throws -> [String] {
        let own = provider.options ?? ["--no-patch", "ioloop,httpserver,concurrency"]
        let plugin = try Place.example("libecho.so")
        return [try Place.gtornado(), "run", "--http-socket", "127.0.0.1:0"] + own + [plugin]
    }
}
