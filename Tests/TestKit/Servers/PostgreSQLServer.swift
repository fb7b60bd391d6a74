// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// PostgreSQL on a port of the loopback address, with and without TLS.
public final class PostgreSQLServer {
    private let folder: ServerFolder
    private let process: ChildProcess
    private let port: UInt16
    private let password = UUID().uuidString

    /// Whether it can be started here.
    public static var isInstalled: Bool {
        self.program("postgres") != nil && self.program("initdb") != nil && Certificate.canBeMade
    }

    /// Starts one with an empty database.
    public init() throws {
        let owner = Owner("postgres")
        self.folder = try ServerFolder("postgres", owner: owner)
        self.port = try FreePort.take()
        let certificate = try Certificate(in: self.folder, owner: owner)
        let passwordFile = try self.folder.write("password", self.password)
        let data = self.folder.file("data")
        let prefix = owner?.prefix ?? []
        let made = try ChildProcess(
            prefix + [
                Self.program("initdb") ?? "initdb", "-D", data, "-U", "gtornado", "-A", "scram-sha-256",
                "--pwfile", passwordFile, "-E", "UTF8", "--no-sync",
            ]
        )
        guard try made.wait() == .exited(0) else {
            throw ChildProcess.Timeout(description: "initdb failed: \(made.output)\(made.errors)")
        }
        let settings = [
            "port=\(self.port)", "listen_addresses=127.0.0.1", "unix_socket_directories=\(self.folder.path)", "ssl=on",
            "ssl_cert_file=\(certificate.certificate)", "ssl_key_file=\(certificate.key)", "max_connections=150",
            "fsync=off",
        ]
        self.process = try ChildProcess(
            prefix + [Self.program("postgres") ?? "postgres", "-D", data] + settings.flatMap { ["-c", $0] }
        )
        try self.process.line(with: "database system is ready to accept connections")
    }

    deinit {
        self.kill()
    }

    /// A connection string, for encrypted connections or plain ones.
    public func url(encrypted: Bool) -> String {
        let mode =
            encrypted ? "sslmode=verify-full&sslrootcert=\(self.folder.file("certificate.pem"))" : "sslmode=disable"
        return "postgresql://gtornado:\(self.password)@localhost:\(self.port)/postgres?\(mode)"
    }

    /// Ends it without goodbye to its clients, its processes for them included.
    public func kill() {
        self.process.send(SIGQUIT)
        _ = try? self.process.wait(seconds: 20)
    }

    /// Debian keeps PostgreSQL's programs out of PATH, in a folder for each version.
    private static func program(_ name: String) -> String? {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let paths = versions.sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }.map { "\(root)/\($0)/bin/\(name)" }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? Place.program(name)
    }
}
