// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// A C plugin whose greenlets block in libc.
@Suite("A plugin's blocking calls")
struct WaitTests {
    private func plugin() throws -> String {
        try Fixture.plugin("waits", source: "waits.c")
    }

    @Test("let other greenlets run")
    func waiting() throws {
        let result = try Tool.run(["run", self.plugin()])
        #expect(result.end == .exited(0), "\(result.errors)")
        #expect(result.output == "sent 5 bytes\nreceived 5 bytes\n20 sleepers, at once\n")
        #expect(result.errors.contains("patched 4 libc calls in 1 library: socket, time\n"))
    }

    @Test("are named library by library with --verbose")
    func verbose() throws {
        let result = try Tool.run(["run", "--verbose", self.plugin()])
        #expect(result.errors.contains("  socket: 2 calls in 1 library\n  select: no library makes any of its calls\n"))
        #expect(result.errors.contains("  libwaits.so: "))
    }

    @Test("are libc's where the patch is switched off", arguments: [["--no-time"], ["--no-patch", "time"]])
    func off(flags: [String]) throws {
        let result = try Tool.run(["run", "--verbose"] + flags + [self.plugin(), "--", "3"])
        #expect(result.output.hasSuffix("3 sleepers, one after another\n"))
        #expect(result.errors.contains("  time: not patched: the patch is switched off\n"))
    }
}
