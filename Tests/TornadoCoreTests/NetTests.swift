// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// The checks of the app `netapp` (Tests/Fixtures/Sources/NetApp): names, connections and children, on every loop, with
/// greenlets and without.
@Suite("Names, connections, children", .serialized)
struct NetTests {
    /// A loop, and how the app gets it.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// Options of `gtornado run`; null is the app as an executable of its own.
        let options: [String]?
        /// What the app says of itself.
        let about: String
        /// Whether it is started by nohup, and handles hang-ups nevertheless.
        var handlesHangUps = false

        func command() throws -> [String] {
            guard let options = self.options else {
                return (self.handlesHangUps ? ["nohup"] : []) + [try Place.fixture("netapp-main")]
            }
            return [try Place.gtornado(), "run"] + options + [try Place.fixture("libnetapp.so")]
        }
    }

    // The numbers are written down here so that a check cannot get lost unseen.
    static let checks = 32
    static let checksWithTLS = 34

    static let cases = [
        Case(testDescription: "built in", options: nil, about: "backend epoll, no greenlets"),
        Case(
            testDescription: "built in, under nohup",
            options: nil,
            about: "backend epoll, no greenlets",
            handlesHangUps: true
        ),
        Case(
            testDescription: "built in, under gtornado",
            options: ["--no-ioloop", "--no-httpserver"],
            about: "backend epoll, greenlets"
        ),
        Case(testDescription: "libevent", options: [], about: "backend epoll, greenlets"),
        Case(
            testDescription: "libevent with poll",
            options: ["--libevent-method", "poll"],
            about: "backend poll, greenlets"
        ),
        Case(
            testDescription: "libevent with select",
            options: ["--libevent-method", "select"],
            about: "backend select, greenlets"
        ),
    ]

    @Test("keep every promise", arguments: NetTests.cases)
    func checks(_ loop: Case) throws {
        var environment: [String: String] = [:]
        if Certificates.canBeMade {
            let certificates = try Certificates.shared.get()
            environment = [
                "NETAPP_CA": certificates.authority, "NETAPP_CERT": certificates.server.certificate,
                "NETAPP_KEY": certificates.server.key,
            ]
        }
        if loop.handlesHangUps { environment["NETAPP_HANGUPS"] = "1" }
        let app = try ChildProcess(loop.command(), environment: environment)
        let end = try app.wait(seconds: 180)
        let lines = app.output.split(separator: "\n")
        let checks = Certificates.canBeMade ? Self.checksWithTLS : Self.checks
        #expect(lines.filter { $0.hasPrefix("FAIL ") } == [])
        #expect(lines.count { $0.hasPrefix("ok ") } == checks)
        #expect(lines.first.map { String($0) } == loop.about)
        #expect(lines.last == "\(checks) checks, 0 failed")
        #expect(end == .exited(0), "\(app.errors)")
    }
}
