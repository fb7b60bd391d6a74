// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// What a run tells of itself: what held the loop, what was locked, how much memory it has, what its greenlets do.
///
/// Machines that run tests are busy, so nothing here depends on how soon something is told, or how often.
@Suite("A watched run")
struct WatchTests {
    private func run(_ scenario: String, _ flags: [String] = []) throws -> Tool.Result {
        let plugin = try Fixture.plugin("watched", source: "watched.c")
        let result = try Tool.run(
            ["run"] + flags + [plugin, "--", scenario],
            environment: ["SWIFT_BACKTRACE": "enable=no"]
        )
        #expect(result.end == .exited(0), "\(result.errors)")
        #expect(result.output.hasSuffix("\(scenario) is over\n"), "\(result.output)\(result.errors)")
        return result
    }

    private func warnings(_ result: Tool.Result) -> [String] {
        result.errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("warning: ") }
    }

    @Test("names the callback that sleeps, and says what to do")
    func callback() throws {
        let errors = try self.run("sleep").errors
        #expect(errors.contains("held by a callback of the loop, which waits in a blocking call, for 0."), "\(errors)")
        #expect(errors.contains("\n  at sleep_in_callback (libwatched.so+0x"), "\(errors)")
        #expect(errors.contains("try: use a synchronous handler, which runs in a greenlet, or Greenlet.spawn"))
        #expect(!errors.contains("LoopEngine"), "the loop's own machinery is left out")
    }

    @Test("leaves the call it reports alone")
    func undisturbed() throws {
        let result = try self.run("poll", ["--max-blocking-time", "50ms"])
        #expect(result.output.hasPrefix("poll 0, nanosleep 0, errno 0, rest 0\n"))
        #expect(result.errors.contains("  at poll_in_callback (libwatched.so+0x"), "\(result.errors)")
    }

    @Test("knows the loop's own waiting where no descriptor is left to look with")
    func withoutDescriptors() throws {
        let result = try Tool.run(["run", "--max-blocking-time", "200ms", Fixture.plugin(), "--", "full"])
        #expect(result.end == .exited(0), "\(result.errors)")
        #expect(!result.errors.contains(" held "), "\(result.errors)")
    }

    @Test("names the greenlet that computes, and its function")
    func greenlet() throws {
        let errors = try self.run("spin").errors
        #expect(errors.contains("held by the greenlet 'spinner', which computes, for "), "\(errors)")
        #expect(errors.contains("\n  at spin_in_greenlet (libwatched.so+0x"), "\(errors)")
        #expect(errors.contains("Greenlet.yield()"))
    }

    @Test(
        "gives places that addr2line understands",
        .enabled(if: Tool.exists("addr2line"), "addr2line is not installed")
    )
    func places() throws {
        let plugin = try Fixture.plugin("watched-g", ["-g"], source: "watched.c")
        let errors = try Tool.run(["run", plugin, "--", "sleep"]).errors
        let match = try #require(errors.firstMatch(of: /sleep_in_callback \(libwatched-g\.so\+(0x[0-9a-f]+)\)/))
        let place = try Tool.run(["-f", "-e", plugin, String(match.output.1)], executable: "addr2line").output
        #expect(place.hasPrefix("sleep_in_callback\n"))
        #expect(place.contains("watched.c:"))
    }

    @Test("tells nothing of waits that hold nobody up", arguments: ["idle", "park"])
    func quiet(scenario: String) throws {
        #expect(self.warnings(try self.run(scenario)) == [])
    }

    @Test("tells nothing where the watch is off")
    func off() throws {
        #expect(self.warnings(try self.run("sleep", ["--max-blocking-time", "0"])) == [])
    }

    @Test("speaks JSON where the log does")
    func json() throws {
        let errors = try self.run("sleep", ["--log-format", "json"]).errors
        let line = try #require(errors.split(separator: "\n").first { $0.contains("the loop is held") })
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["holder"] as? String == "callback")
        #expect(object["waiting"] as? Bool == true)
        #expect(object["count"] as? Int == 1)
        let frames = try #require(object["frames"] as? [[String: Any]])
        #expect(frames.contains { $0["function"] as? String == "sleep_in_callback" })
    }

    @Test("tells when memory passes the ceiling")
    func memory() throws {
        let crossings = self.warnings(try self.run("memory", ["--max-memory", "150M"])).filter { $0.contains("memory") }
        #expect(crossings.count == 1)
        #expect(crossings.first?.contains("more than --max-memory 150 MiB; 0 greenlets") == true, "\(crossings)")
    }

    @Test("tells of a greenlet that is suspended with a mutex, and keeps the others out of it")
    func locks() throws {
        let result = try self.run("locks", ["--debug-locks"])
        #expect(result.output == "one is in\none is out\ntwo is in\ntwo is out\nlocks is over\n")
        #expect(result.errors.contains("the greenlet 'one' was suspended while it held the mutex 0x"))
        #expect(result.errors.contains("the greenlet 'two' wants the mutex 0x"))
        #expect(result.errors.contains("\n  locked at hold_while_asleep (libwatched.so+0x"), "\(result.errors)")
        #expect(self.warnings(try self.run("unlocked", ["--debug-locks"])) == [])
    }

    @Test("prints run info at a signal")
    func runInfo() throws {
        let errors = try self.run("info").errors
        let lines = errors.split(separator: "\n").drop { $0 != "run info" }
        let text = lines.joined(separator: "\n") + "\n"
        // How deep a stack was, in bytes or KiB, is the compiler's affair.
        let masked = text.replacing(/[0-9.]+ (s|bytes|KiB|MiB)\b/) {
            $0.output.1 == "bytes" || $0.output.1 == "KiB" ? "SIZE" : "NUMBER \($0.output.1)"
        }
        .replacing(/0x[0-9a-f]+/, with: "PLACE")
        try Snapshot.check(masked, "run/run-info")
    }

    @Test("prints run info as JSON, and at another signal")
    func runInfoJSON() throws {
        let usual = try self.run("info", ["--log-format", "json"]).errors
        let line = try #require(usual.split(separator: "\n").first { $0.contains("\"run info\"") })
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let greenlets = try #require(object["greenlets"] as? [[String: Any]])
        #expect(greenlets.map { $0["name"] as? String } == ["main", "first", "twin"])
        #expect(greenlets.map { $0["count"] as? Int } == [1, 1, 2])
        #expect(greenlets.last?["waitsFor"] as? String == "the fixture's word")
        let plugin = try Fixture.plugin("watched", source: "watched.c")
        let process = try Tool.start(["run", "--run-info-signal", "SIGHUP", plugin, "--", "memory"])
        try process.line(with: "swapped")
        usleep(300_000)
        process.send(SIGHUP)
        try process.line(with: "run info")
        #expect(try process.wait() == .exited(0))
    }

    @Test(
        "refuses what makes no sense",
        arguments: [
            ["--max-blocking-time", "soon"], ["--max-memory", "much"], ["--max-memory", "0"],
            ["--run-info-signal", "KILL"], ["--resolver", "oracle"],
        ]
    )
    func refusals(flags: [String]) throws {
        let result = try Tool.run(["run"] + flags + [Fixture.plugin("watched", source: "watched.c")])
        #expect(result.end == .exited(64))
        #expect(result.errors.contains(flags[1]))
    }
}
