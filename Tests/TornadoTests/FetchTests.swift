// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

/// The checks of the app `fetchapp` (Tests/Fixtures/Sources/FetchApp), each a behaviour of the HTTP client: all of them must
/// hold on every loop, against scripted servers, nginx, and a proxy.
@Suite("The HTTP client", .serialized)
struct FetchTests {
    // The numbers are written down here so that a check cannot get lost unseen.
    static let checks = 131
    static let checksOfGreenlets = 4
    static let checksOfPeers = 25
    static let providers = [Provider.builtIn, .greenlets, .libevent]

    @Test("keeps every promise to scripted servers", arguments: FetchTests.providers)
    func scripts(_ provider: Provider) throws {
        try self.run(provider, [:], checks: Self.checks + (provider.hasGreenlets ? Self.checksOfGreenlets : 0))
    }

    @Test(
        "keeps every promise to nginx and to a proxy",
        .enabled(if: NginxPeer.isInstalled && Place.program("python3") != nil, "nginx, openssl or python3 is missing"),
        arguments: FetchTests.providers
    )
    func peers(_ provider: Provider) throws {
        let nginx = try NginxPeer()
        let proxy = try ForwardProxy()
        let digest = try DigestServer()
        var environment = try Self.environment(nginx)
        environment["FETCHAPP_PROXY"] = "\(proxy.port)"
        environment["FETCHAPP_DIGEST"] = "\(digest.port)"
        environment["FETCHAPP_DIGEST_OTHER"] = "\(digest.otherPort)"
        try self.run(provider, environment, checks: Self.checksOfPeers)
        withExtendedLifetime((nginx, proxy, digest)) {}
    }

    private func run(_ provider: Provider, _ environment: [String: String], checks: Int) throws {
        let app = try ChildProcess(provider.command(fixture: "fetchapp"), environment: environment)
        let end = try app.wait(seconds: 180)
        let lines = app.output.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("FAIL ") } == [])
        #expect(lines.last == "\(checks) checks, 0 failed")
        #expect(lines.count { $0.hasPrefix("ok ") } == checks)
        #expect(end == .exited(0), "\(app.errors)")
    }

    private static func environment(_ nginx: NginxPeer) throws -> [String: String] {
        let certificates = try Certificates.shared.get()
        var environment = [
            "FETCHAPP_CA": certificates.authority,
            "FETCHAPP_CRL": certificates.revocations,
            "FETCHAPP_CLIENT_CERT": certificates.client.certificate,
            "FETCHAPP_CLIENT_KEY": certificates.client.key,
            "FETCHAPP_SERVER_CERT": certificates.server.certificate,
            "FETCHAPP_SERVER_KEY": certificates.server.key,
        ]
        for place in NginxPeer.Place.allCases {
            environment["FETCHAPP_\(place.rawValue.uppercased())"] = "\(nginx.port(place))"
        }
        return environment
    }
}
