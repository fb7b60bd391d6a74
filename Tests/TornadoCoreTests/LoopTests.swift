// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// The checks of the app `loopapp` (Tests/Fixtures/Sources/LoopApp), each a behaviour of the event loop or of Swift's tasks
/// on it: all of them must hold on every loop.
@Suite("The event loop", .serialized)
struct LoopTests {
    /// A loop, and how the app gets it.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// Options of `gtornado run`; null is the app as an executable of its own.
        let options: [String]?
        /// What the loop must say it waits with.
        let backend: String
        var environment: [String: String] = [:]
        var checks = LoopTests.allChecks

        func command() throws -> [String] {
            guard let options = self.options else { return [try Place.fixture("loopapp-main")] }
            return [try Place.gtornado(), "run"] + options + [try Place.fixture("libloopapp.so")]
        }
    }

    // The numbers are written down here so that a check cannot get lost unseen.
    static let allChecks = 124
    static let checksWithoutTasks = 94

    static let cases = [
        Case(testDescription: "built in", options: nil, backend: "epoll"),
        Case(
            testDescription: "built in, with log lines for people",
            options: nil,
            backend: "epoll",
            environment: ["GTORNADO_LOG_FORMAT": "console"]
        ),
        Case(
            testDescription: "built in, under gtornado",
            options: ["--no-ioloop", "--no-httpserver"],
            backend: "epoll"
        ),
        Case(testDescription: "libevent, its own choice", options: [], backend: "epoll"),
        Case(testDescription: "libevent with epoll", options: ["--libevent-method", "epoll"], backend: "epoll"),
        Case(testDescription: "libevent with poll", options: ["--libevent-method", "poll"], backend: "poll"),
        Case(testDescription: "libevent with select", options: ["--libevent-method", "select"], backend: "select"),
        Case(
            testDescription: "libevent, Swift's executors left alone",
            options: ["--no-concurrency"],
            backend: "epoll",
            environment: ["LOOPAPP_NO_CONCURRENCY": "1"],
            checks: LoopTests.checksWithoutTasks
        ),
    ]

    @Test("keeps every promise", arguments: LoopTests.cases)
    func checks(_ loop: Case) throws {
        let app = try ChildProcess(loop.command(), environment: loop.environment)
        let end = try app.wait(seconds: 120)
        let lines = app.output.split(separator: "\n")
        let failures = lines.filter { $0.hasPrefix("FAIL ") }
        #expect(failures == [])
        #expect(lines.count { $0.hasPrefix("ok ") } == loop.checks)
        #expect(lines.contains("backend \(loop.backend)"))
        #expect(lines.contains("\(loop.checks) checks, 0 failed"))
        #expect(end == .exited(0), "\(app.errors)")
    }
}
