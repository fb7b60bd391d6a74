// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// A command line whose TLS cannot be, and the snapshot of what is said of it.
///
/// CERT, KEY, OTHER (another's key), CA and TEXT (a file that is no PEM) stand for files, PLUGIN for a plugin that needs
/// servers and OWN for one with its own, which speaks no TLS.
struct TLSMistake: Sendable, CustomTestStringConvertible {
    var snapshot: String
    var status: Int32
    var arguments: [String]
    var environment: [String: String] = [:]

    var testDescription: String { self.snapshot }

    private static let pair = ["--tls-cert", "CERT", "--tls-key", "KEY"]

    static let all = [
        TLSMistake(snapshot: "key-alone", status: 64, arguments: ["--tls-key", "KEY", "PLUGIN"]),
        TLSMistake(snapshot: "ca-alone", status: 64, arguments: ["--tls-ca", "CA", "PLUGIN"]),
        TLSMistake(snapshot: "verify-alone", status: 64, arguments: ["--tls-verify", "required", "PLUGIN"]),
        TLSMistake(snapshot: "min-alone", status: 64, arguments: ["--tls-min", "1.3", "PLUGIN"]),
        TLSMistake(snapshot: "more-keys", status: 64, arguments: Self.pair + ["--tls-key", "OTHER", "PLUGIN"]),
        TLSMistake(snapshot: "fewer-keys", status: 64, arguments: Self.pair + ["--tls-cert", "CERT", "PLUGIN"]),
        TLSMistake(
            snapshot: "verify-without-ca",
            status: 64,
            arguments: Self.pair + ["--tls-verify", "required", "PLUGIN"]
        ),
        TLSMistake(snapshot: "ca-without-verify", status: 64, arguments: Self.pair + ["--tls-ca", "CA", "PLUGIN"]),
        TLSMistake(snapshot: "bad-verify", status: 64, arguments: Self.pair + ["--tls-verify", "maybe", "PLUGIN"]),
        TLSMistake(snapshot: "bad-min", status: 64, arguments: Self.pair + ["--tls-min", "1.1", "PLUGIN"]),
        TLSMistake(
            snapshot: "bad-min-variable",
            status: 64,
            arguments: Self.pair + ["PLUGIN"],
            environment: ["GTORNADO_TLS_MIN": "1.1"]
        ),
        TLSMistake(snapshot: "no-certificate", status: 66, arguments: ["--tls-cert", "DIR/none.pem", "PLUGIN"]),
        TLSMistake(
            snapshot: "no-certificate-variable",
            status: 66,
            arguments: ["PLUGIN"],
            environment: ["GTORNADO_TLS_CERT": "/nowhere/none.pem", "GTORNADO_TLS_KEY": "/nowhere/none.key"]
        ),
        TLSMistake(
            snapshot: "no-key",
            status: 66,
            arguments: ["--tls-cert", "CERT", "--tls-key", "DIR/none.key", "PLUGIN"]
        ),
        TLSMistake(
            snapshot: "no-ca",
            status: 66,
            arguments: Self.pair + ["--tls-ca", "DIR/none.pem", "--tls-verify", "optional", "PLUGIN"]
        ),
        TLSMistake(snapshot: "folder", status: 66, arguments: ["--tls-cert", "DIR", "PLUGIN"]),
        TLSMistake(snapshot: "no-pem", status: 66, arguments: ["--tls-cert", "TEXT", "PLUGIN"]),
        TLSMistake(
            snapshot: "no-pem-key",
            status: 66,
            arguments: ["--tls-cert", "CERT", "--tls-key", "TEXT", "PLUGIN"]
        ),
        TLSMistake(
            snapshot: "no-pem-ca",
            status: 66,
            arguments: Self.pair + ["--tls-ca", "TEXT", "--tls-verify", "required", "PLUGIN"]
        ),
        TLSMistake(snapshot: "key-left-out", status: 66, arguments: ["--tls-cert", "CERT", "PLUGIN"]),
        TLSMistake(
            snapshot: "wrong-key",
            status: 66,
            arguments: ["--tls-cert", "CERT", "--tls-key", "OTHER", "PLUGIN"]
        ),
        TLSMistake(
            snapshot: "encrypted-key",
            status: 66,
            arguments: ["--tls-cert", "CERT", "--tls-key", "ENCRYPTED", "PLUGIN"]
        ),
        TLSMistake(snapshot: "no-server", status: 64, arguments: Self.pair + ["--no-httpserver", "PLUGIN"]),
        TLSMistake(
            snapshot: "own-server",
            status: 64,
            arguments: Self.pair + ["--no-ioloop", "--no-httpserver", "OWN"]
        ),
    ]
}

@Suite("TLS that cannot be", .enabled(if: Certificates.canBeMade, "openssl is not installed"))
struct TLSRefusalTests {
    /// Without what differs from one run to the next.
    private func check(_ text: String, _ name: String) throws {
        let folder = try Certificates.shared.get().folder
        try Snapshot.check(text.replacing(folder, with: "CERTIFICATES"), "tls/" + name)
    }

    @Test("is refused before the app runs", arguments: TLSMistake.all)
    func mistakes(mistake: TLSMistake) throws {
        let certificates = try Certificates.shared.get()
        let files = [
            "CERT": certificates.server.certificate, "KEY": certificates.server.key,
            "OTHER": certificates.second.key, "CA": certificates.authority, "ENCRYPTED": certificates.encryptedKey,
            "TEXT": try Fixture.file("text.pem", Array("no PEM\n".utf8)),
            "PLUGIN": try Fixture.plugin(), "OWN": try Fixture.plugin("own", ["-DOWN_PROVIDERS"]),
        ]
        let arguments = mistake.arguments.map { files[$0] ?? $0.replacing("DIR", with: Fixture.folder) }
        let result = try Tool.run(["run"] + arguments, environment: mistake.environment)
        #expect(result.end == .exited(mistake.status))
        #expect(result.output == "")
        try self.check(result.errors, mistake.snapshot)
    }

    @Test(
        "is refused where a key is not for this user",
        .enabled(if: Nobody.canRun(Tool.gtornado), "needs setpriv, and to be root")
    )
    func unreadable() throws {
        let pair = try Certificates.shared.get().server
        chmod(Fixture.folder, 0o755)
        let key = try Fixture.file("secret.key", [UInt8](Data(contentsOf: URL(filePath: pair.key))))
        chmod(key, 0o600)
        let certificate = try Fixture.file("open.pem", [UInt8](Data(contentsOf: URL(filePath: pair.certificate))))
        chmod(certificate, 0o644)
        let result = try Nobody.run(["run", "--tls-cert", certificate, "--tls-key", key, Fixture.plugin()])
        #expect(result.end == .exited(66))
        try self.check(result.errors, "unreadable")
    }

    @Test("is refused where evhttp has no library for it, which runs without TLS do not miss")
    func noLibrary() throws {
        let pair = try Certificates.shared.get().server
        let folder = try Place.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data().write(to: folder.appending(path: "libevent_openssl-2.1.so.7"))
        let environment = ["LD_LIBRARY_PATH": folder.path]
        let arguments = ["run", "--httpserver", "evhttp", "-b", "127.0.0.1:0"]
        let result = try Tool.run(
            arguments + ["--tls-cert", pair.certificate, "--tls-key", pair.key, Fixture.plugin()],
            environment: environment
        )
        #expect(result.end == .exited(69))
        try self.check(result.errors.replacing(folder.path, with: "LIBRARIES"), "no-library")
        let plain = try Tool.start(arguments + [Fixture.plugin()], environment: environment)
        try plain.line(with: "listening on http://")
        plain.send(SIGTERM)
        #expect(try plain.wait() == .exited(0))
    }
}
