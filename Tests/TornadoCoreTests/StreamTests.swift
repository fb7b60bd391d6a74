// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// The checks of the app `streamapp` (Tests/Fixtures/Sources/StreamApp), each a behaviour of streams: all of them must hold on
/// every loop, in every form that the loop offers.
@Suite("Streams", .serialized)
struct StreamTests {
    /// A loop, and how the app gets it.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// Options of `gtornado run`; null is the app as an executable of its own, without greenlets.
        let options: [String]?
        let backend: String
        var checks: Int { self.options == nil ? StreamTests.checksWithoutGreenlets : StreamTests.allChecks }

        func command() throws -> [String] {
            guard let options = self.options else { return [try Place.fixture("streamapp-main")] }
            return [try Place.gtornado(), "run"] + options + [try Place.fixture("libstreamapp.so")]
        }
    }

    // The numbers are written down here so that a check cannot get lost unseen.
    static let allChecks = 408
    static let checksWithoutGreenlets = 311

    static let cases = [
        Case(testDescription: "built in", options: nil, backend: "epoll"),
        Case(
            testDescription: "built in, under gtornado",
            options: ["--no-ioloop", "--no-httpserver"],
            backend: "epoll"
        ),
        Case(testDescription: "libevent with epoll", options: ["--libevent-method", "epoll"], backend: "epoll"),
        Case(testDescription: "libevent with poll", options: ["--libevent-method", "poll"], backend: "poll"),
        Case(testDescription: "libevent with select", options: ["--libevent-method", "select"], backend: "select"),
        Case(
            testDescription: "libevent, Swift's executors left alone",
            options: ["--no-concurrency"],
            backend: "epoll"
        ),
    ]

    @Test("keep every promise", .enabled(if: Certificates.canBeMade, "openssl"), arguments: StreamTests.cases)
    func checks(_ loop: Case) throws {
        let app = try ChildProcess(loop.command(), environment: Self.files())
        let end = try app.wait(seconds: 180)
        let lines = app.output.split(separator: "\n")
        let failures = lines.filter { $0.hasPrefix("FAIL ") }
        #expect(failures == [])
        #expect(lines.count { $0.hasPrefix("ok ") } == loop.checks)
        #expect(lines.contains("backend \(loop.backend)"))
        #expect(lines.contains("\(loop.checks) checks, 0 failed"))
        #expect(end == .exited(0), "\(app.errors)")
    }

    private static func files() throws -> [String: String] {
        let certificates = try Certificates.shared.get()
        var files = ["STREAMAPP_AUTHORITY": certificates.authority]
        for (name, pair) in [
            ("SERVER", certificates.server), ("EXPIRED", certificates.expired), ("WRONGHOST", certificates.wrongHost),
            ("SELFSIGNED", certificates.selfSigned),
        ] {
            files["STREAMAPP_\(name)_CERTIFICATE"] = pair.certificate
            files["STREAMAPP_\(name)_KEY"] = pair.key
        }
        return files
    }
}
