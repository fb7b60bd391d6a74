// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// A run that speaks TLS, and its clients.
struct SecureRun {
    let process: ChildProcess
    let port: UInt16
    let certificates: Certificates

    /// A plugin, `plugin.c` unless said otherwise, with these flags; it has to listen on a free port.
    init(
        _ flags: [String],
        plugin: String? = nil,
        app: [String] = [],
        under: [String] = [],
        environment: [String: String] = [:]
    ) throws {
        self.certificates = try Certificates.shared.get()
        let words = under + [Tool.gtornado, "run", "-b", "127.0.0.1:0"] + flags
        self.process = try Tool.start(
            words.dropFirst() + [try plugin ?? Fixture.plugin()] + (app.isEmpty ? [] : ["--"] + app),
            executable: words[0],
            environment: environment
        )
        let line = try self.process.line(with: "listening on https://127.0.0.1:")
        self.port = try #require(line.firstMatch(of: /127\.0\.0\.1:([0-9]+)/).flatMap { UInt16($0.output.1) })
    }

    /// The same on a server of one's choice; `under` are the words of a program that runs it.
    init(
        on server: SecureServer,
        _ flags: [String],
        under: [String] = [],
        environment: [String: String] = [:]
    ) throws {
        try self.init(server.flags + flags, plugin: server.plugin(), under: under, environment: environment)
        // The web app has a second server, which reads the same files: they may change when both are there.
        if server.isOwn { _ = try self.process.line(with: "callback on ") }
    }

    /// The flags of the usual server certificate.
    static func flags() throws -> [String] {
        let pair = try Certificates.shared.get().server
        return ["--tls-cert", pair.certificate, "--tls-key", pair.key]
    }

    func curl(
        _ arguments: String...,
        host: String = "localhost",
        path: String = "/"
    ) throws -> Tool.Result {
        try Tool.run(
            [
                "-sS", "--max-time", "20", "--cacert", self.certificates.authority,
                "--resolve", "\(host):\(self.port):127.0.0.1",
            ] + arguments + ["https://\(host):\(self.port)\(path)"],
            executable: "curl"
        )
    }

    /// What `openssl s_client` says of a handshake.
    func handshake(_ arguments: String...) throws -> String {
        let result = try Tool.run(
            ["s_client", "-connect", "127.0.0.1:\(self.port)", "-CAfile", self.certificates.authority] + arguments,
            executable: "openssl"
        )
        return result.output + result.errors
    }

    /// A Python program, whose arguments begin with the port and the authority's file.
    func python(_ script: String, _ arguments: String...) throws -> Tool.Result {
        try Tool.run(["-c", script, "\(self.port)", self.certificates.authority] + arguments, executable: "python3")
    }

    func stop() throws {
        self.process.send(SIGTERM)
        #expect(try self.process.wait() == .exited(0), "\(self.process.errors)")
    }
}
