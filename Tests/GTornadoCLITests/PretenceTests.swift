// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import TestKit
import Testing

/// Runs of a plugin with providers of its own that only pretend, and stay in place: what is seen is the runner alone.
@Suite("A run that exchanges nothing")
struct PretenceTests {
    private func run(
        _ flags: [String] = [],
        app: [String],
        environment: [String: String] = [:]
    ) throws -> Tool.Result {
        let plugin = try Fixture.plugin("own", ["-DOWN_PROVIDERS"])
        return try Tool.run(
            ["run", "--no-patch", "ioloop,httpserver"] + flags + [plugin, "--"] + app,
            environment: environment
        )
    }

    @Test("gives the app its path and arguments")
    func arguments() throws {
        let result = try self.run(app: ["args", "--http-socket", "", "a b", "--", "-x"])
        #expect(result.end == .exited(0))
        #expect(
            result.output == "\(try Fixture.plugin("own", ["-DOWN_PROVIDERS"]))\nargs\n--http-socket\n\na b\n--\n-x\n"
        )
    }

    @Test("tells the app of its runner")
    func host() throws {
        #expect(try self.run(app: ["host"]).output == "gtornado 0.1.0 level 2 format 0\ncores 0 when full 0 queue 0\n")
        #expect(
            try self.run(["--log-level", "error", "--log-format", "console"], app: ["host"]).output
                == "gtornado 0.1.0 level 5 format 1\ncores 0 when full 0 queue 0\n"
        )
        #expect(
            try self.run(app: ["host"], environment: ["GTORNADO_LOG_LEVEL": "trace", "GTORNADO_LOG_FORMAT": "json"])
                .output
                == "gtornado 0.1.0 level 0 format 2\ncores 0 when full 0 queue 0\n"
        )
        #expect(
            try self.run(["--log-level", "debug"], app: ["host"], environment: ["GTORNADO_LOG_LEVEL": "trace"]).output
                == "gtornado 0.1.0 level 1 format 0\ncores 0 when full 0 queue 0\n"
        )
        #expect(
            try self.run(app: ["host"], environment: ["GTORNADO_LOG_LEVEL": ""]).output
                == "gtornado 0.1.0 level 2 format 0\ncores 0 when full 0 queue 0\n"
        )
    }

    @Test("tells the app of cores, from flags, their other names, or variables")
    func cores() throws {
        func said(_ flags: [String], _ environment: [String: String] = [:]) throws -> String {
            let output = try self.run(flags, app: ["host"], environment: environment).output
            return String(output.split(separator: "\n").last ?? "")
        }
        let plain = ["--stack-size", "64k"]
        #expect(try said(plain + ["--when-full", "queue:25"]) == "cores 0 when full 1 queue 25")
        #expect(try said(plain, ["GTORNADO_WHEN_FULL": "503"]) == "cores 0 when full 2 queue 0")
        #expect(
            try said(["--when-full", "wait"], ["GTORNADO_WHEN_FULL": "503", "GTORNADO_STACK_SIZE": "1M"])
                == "cores 0 when full 0 queue 0"
        )
    }

    @Test(
        "is refused if it was told to have greenlets, and cannot: its loop runs no single turns",
        arguments: [["--cores", "2"], ["--tornado", "2"], ["--greenlet"]]
    )
    func greenlets(flags: [String]) throws {
        let result = try self.run(flags, app: ["host"])
        #expect(result.end == .exited(71))
        #expect(result.output == "")
        try Snapshot.check(result.errors, "run/no-greenlets-\(flags[0].dropFirst(2))")
    }

    @Test("ends with 0 if the app's main does", arguments: [0, 1, 3, 70, 255])
    func status(status: Int) throws {
        let result = try self.run(app: ["status", "\(status)"])
        #expect(result.end == .exited(status == 0 ? 0 : 70))
        if status == 3 { try Snapshot.check(result.errors, "run/main-failed") }
    }

    @Test("says what stayed")
    func banner() throws {
        try Snapshot.check(try self.run(["--verbose"], app: ["listen", ":1"]).errors, "run/banner-own")
        try Snapshot.check(
            try self.run(["--verbose", "--log-format", "json"], app: ["listen", ":1"]).errors,
            "run/banner-own-json"
        )
        let flag = try self.run(["--no-verbose"], app: ["status", "0"], environment: ["GTORNADO_VERBOSE": "1"])
        let variable = try self.run(app: ["status", "0"], environment: ["GTORNADO_VERBOSE": "yes"])
        #expect(!flag.errors.contains("registered by"))
        #expect(variable.errors.contains("registered by"))
    }

    @Test("puts the addresses given in place of the app's first one, and leaves the later ones")
    func sockets() throws {
        let plain = try self.run(app: ["listen", ":1", ":2"])
        #expect(plain.output == "the app listens on own::1\nthe app listens on own::2\n")
        let one = try self.run(["-b", ":7"], app: ["listen", ":1", ":2"])
        #expect(one.output == "the app listens on own::7\nthe app listens on own::2\n")
        let many = try self.run(["-b", ":7", "--http-socket", ":8"], app: ["listen", ":1", ":2"])
        #expect(many.output == "the app listens on own::7\nthe app listens on own::2\n")
        let listening = many.errors.split(separator: "\n").filter { $0.hasPrefix("listening on ") }
        #expect(listening == ["listening on own://:7/", "listening on own://:8/", "listening on own://:2/"])
        let variable = try self.run(app: ["listen", ":1"], environment: ["GTORNADO_HTTP_SOCKET": ":5, :6"])
        #expect(variable.errors.contains("listening on own://:5/\nlistening on own://:6/\n"))
        let flag = try self.run(["-b", ":7"], app: ["listen", ":1"], environment: ["GTORNADO_HTTP_SOCKET": ":5"])
        #expect(flag.output == "the app listens on own::7\n")
    }

    @Test("ends with 73 if an address given cannot be listened on")
    func busySocket() throws {
        let result = try self.run(["-b", ":7", "-b", "busy:8"], app: ["listen", ":1"])
        #expect(result.end == .exited(73))
        #expect(result.output == "", "the app is not told of it")
        try Snapshot.check(result.errors, "run/busy-socket")
    }

    @Test("ends with 73 if the app fails because it cannot listen, and with 0 if it takes another address")
    func busyApp() throws {
        let result = try self.run(app: ["listen", "busy:1"])
        #expect(result.end == .exited(73))
        #expect(result.output == "the app cannot listen on busy:1: somebody has busy:1\n")
        try Snapshot.check(result.errors, "run/busy-app")
        #expect(try self.run(app: ["serve", "busy:1", ":2"]).end == .exited(0))
    }

    @Test("warns of addresses that nobody asked for")
    func unused() throws {
        let result = try self.run(["-b", ":7", "-b", ":8"], app: ["status", "0"])
        #expect(result.end == .exited(0))
        #expect(result.errors.hasSuffix("warning: --http-socket :7, :8 was not used: the app never listened\n"))
    }

    @Test("is ended by a signal that comes before the loop runs", arguments: [SIGINT, SIGTERM])
    func earlySignal(signal: Int32) throws {
        let plugin = try Fixture.plugin("own", ["-DOWN_PROVIDERS"])
        let tool = try Tool.start(["run", "--no-patch", "ioloop,httpserver", plugin, "--", "wait"])
        try tool.line(with: "the app waits")
        tool.send(signal)
        #expect(try tool.wait() == .killed(signal))
    }
}
