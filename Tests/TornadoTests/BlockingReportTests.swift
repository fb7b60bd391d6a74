// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// What the detector says of handlers that are written in Swift.
@Suite("Handlers that hold the loop")
struct BlockingReportTests {
    /// What was said about one request.
    private func report(of target: String) throws -> String {
        let command = [try Place.gtornado(), "run", try Place.fixture("libwatchapp.so")]
        let process = try ChildProcess(command, environment: ["GTORNADO_LOG_FORMAT": "console"])
        let line = try process.line(with: "watchapp on ")
        let port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
        let answer = try RawClient.exchange(
            port: port,
            "GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            seconds: 30
        )
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        // What a callback does afterwards.
        usleep(600_000)
        process.send(SIGTERM)
        #expect(try process.wait() == .exited(0))
        return process.errors
    }

    @Test("are named with their function")
    func spin() throws {
        let report = try self.report(of: "/spin")
        #expect(report.contains(", which computes, for "), "\(report)")
        #expect(report.contains("\n  at WatchApp.spinForAWhile(seconds: Swift.Double) -> () (libwatchapp.so+0x"))
        #expect(report.contains("\n  at WatchApp.SpinHandler.get() throws -> () (libwatchapp.so+0x"))
    }

    @Test("are told to wait in a greenlet where they are async")
    func sleepingTask() throws {
        let report = try self.report(of: "/async/sleep")
        #expect(report.contains("held by an async function, which waits in a blocking call"), "\(report)")
        #expect(report.contains("\n  at WatchApp.sleepForAWhile() -> () (libwatchapp.so+0x"))
        #expect(report.contains("WatchApp.SleepingTaskHandler.get() async throws -> ()"))
        #expect(report.contains("try: wait in a greenlet: try await blocking { ... }"))
    }

    @Test("are told to yield where they are async and compute")
    func spinningTask() throws {
        let report = try self.report(of: "/async/spin")
        #expect(report.contains("held by an async function, which computes"), "\(report)")
        #expect(report.contains("await Task.yield()"))
    }

    @Test("are told apart from callbacks")
    func callback() throws {
        let report = try self.report(of: "/callback")
        #expect(report.contains("held by a callback of the loop, which waits in a blocking call"), "\(report)")
        #expect(report.contains("WatchApp.CallbackHandler.get() throws -> ()"))
        #expect(report.contains("or Greenlet.spawn { ... }"))
    }

    @Test("are not reported where they wait as tasks do")
    func waiting() throws {
        let report = try self.report(of: "/async/wait")
        #expect(!report.contains("warning: "), "\(report)")
    }
}
