// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// A C plugin whose greenlet forks, while others wait: whatever waits does so in the child too, and nobody takes what is the
/// other's.
@Suite("A child that a greenlet has forked")
struct ForkTests {
    private static let cases = [
        "lookup", "ask", "reverse", "doze", "receive", "turns", "call", "commands", "files", "children",
        "limit", "closing",
    ]

    private func check(_ flags: [String], _ app: [String], _ environment: [String: String] = [:]) throws {
        let plugin = try Fixture.plugin("forks", source: "forks.c")
        let result = try Tool.run(["run"] + flags + [plugin, "--"] + app, environment: environment)
        let expected = Self.cases.map { "\($0): parent 0, child 0\n" }.joined() + "the bystander received 3 bytes\n"
        #expect(result.output == expected, "\(result.errors)")
        #expect(result.end == .exited(0), "\(result.errors)")
    }

    @Test("goes on alone", arguments: [[], ["--patch", "file"], ["--resolver", "evdns"]], [[], ["together"]])
    func alone(flags: [String], app: [String]) throws {
        try self.check(flags, app)
    }

    @Test("asks DNS for itself", .enabled(if: Tool.exists("dnsmasq"), "dnsmasq is not installed"))
    func names() throws {
        let server = try NameServer(["--address=/there.test/127.0.0.1", "--local=/test/"])
        try self.check(
            ["--resolver", "evdns"],
            ["together"],
            ["GTORNADO_RESOLV_CONF": server.configuration, "FORKS_NAME": "there.test"]
        )
    }
}
