// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// Prosody, an XMPP server, on a port of the loopback address, with one account.
public final class ProsodyServer {
    private let folder: ServerFolder
    private let process: ChildProcess
    private let port: UInt16
    private let password = UUID().uuidString

    /// Whether it can be started here.
    public static var isInstalled: Bool {
        Place.program("prosody") != nil && Place.program("prosodyctl") != nil && Certificate.canBeMade
    }

    /// Starts one, and registers gtornado@localhost.
    public init() throws {
        self.folder = try ServerFolder("prosody")
        self.port = try FreePort.take()
        let certificate = try Certificate(in: self.folder)
        let data = self.folder.file("data")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        let configuration = try self.folder.write(
            "prosody.cfg.lua",
            """
            run_as_root = true
            pidfile = "\(self.folder.file("pid"))"
            data_path = "\(data)"
            modules_enabled = { "roster", "saslauth", "tls", "disco", "ping", "posix" }
            modules_disabled = { "s2s" }
            c2s_require_encryption = true
            authentication = "internal_hashed"
            interfaces = { "127.0.0.1" }
            c2s_ports = { \(self.port) }
            c2s_direct_tls_ports = {}
            log = { { levels = { min = "info" }, to = "console" } }
            ssl = { key = "\(certificate.key)", certificate = "\(certificate.certificate)" }
            VirtualHost "localhost"

            """
        )
        let registering = try ChildProcess([
            "prosodyctl", "--config", configuration, "register", "gtornado", "localhost", self.password,
        ])
        guard try registering.wait() == .exited(0) else {
            throw ChildProcess.Timeout(description: "prosodyctl: \(registering.output)\(registering.errors)")
        }
        self.process = try ChildProcess(["prosody", "--config", configuration, "-F"])
        try self.process.line(with: "Activated service 'c2s' on [127.0.0.1]")
    }

    /// The account, where it is, and whom to trust, as the variables that apps take them from.
    public var environment: [String: String] {
        [
            "XMPP_JID": "gtornado@localhost",
            "XMPP_PASSWORD": self.password,
            "XMPP_SERVER": "127.0.0.1:\(self.port)",
            "XMPP_CAFILE": self.folder.file("certificate.pem"),
            // OpenSSL would read the system's hundreds of authorities for each log-in, a tenth of a second of work.
            "SSL_CERT_FILE": self.folder.file("certificate.pem"),
            "SSL_CERT_DIR": self.folder.path,
        ]
    }

    /// Ends it without goodbye to its clients.
    public func kill() {
        self.process.send(SIGKILL)
        _ = try? self.process.wait()
    }
}
