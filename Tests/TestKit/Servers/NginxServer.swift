// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// nginx on two ports of the loopback address, one of them with TLS.
///
/// `/wait/SECONDS` is answered piece by piece, the last after so long, for 1, 2, 5 and 30 seconds.
public final class NginxServer {
    private let folder: ServerFolder
    private let process: ChildProcess
    private let port: UInt16
    private let securePort: UInt16

    /// Whether it can be started here.
    public static var isInstalled: Bool { Place.program("nginx") != nil && Certificate.canBeMade }

    /// What `/wait/SECONDS` is answered with.
    public static func body(seconds: Int) -> String {
        String(repeating: "\(seconds)", count: 10_000 * (seconds + 1) - 1000)
    }

    /// Starts one.
    public init() throws {
        self.folder = try ServerFolder("nginx")
        self.port = try FreePort.take()
        self.securePort = try FreePort.take()
        let certificate = try Certificate(in: self.folder)
        try FileManager.default.createDirectory(atPath: self.folder.file("wait"), withIntermediateDirectories: true)
        for seconds in [1, 2, 5, 30] { try self.folder.write("wait/\(seconds)", Self.body(seconds: seconds)) }
        let configuration = try self.folder.write(
            "nginx.conf",
            """
            daemon off;
            master_process off;
            pid \(self.folder.file("pid"));
            error_log stderr;
            events { worker_connections 512; }
            http {
                access_log off;
                client_body_temp_path \(self.folder.path);
                proxy_temp_path \(self.folder.path);
                fastcgi_temp_path \(self.folder.path);
                uwsgi_temp_path \(self.folder.path);
                scgi_temp_path \(self.folder.path);
                default_type text/plain;
                server {
                    listen 127.0.0.1:\(self.port);
                    listen 127.0.0.1:\(self.securePort) ssl;
                    ssl_certificate \(certificate.certificate);
                    ssl_certificate_key \(certificate.key);
                    root \(self.folder.path);
                    location / { deny all; }
                    location /wait/ {
                        # The first 10,000 bytes, headers included, go out at once.
                        limit_rate 10000;
                    }
                }
            }

            """
        )
        self.process = try ChildProcess([
            Place.program("nginx") ?? "nginx", "-e", "stderr", "-p", self.folder.path, "-c", configuration,
        ])
        try FreePort.wait(for: self.port, of: self.process)
    }

    /// Where it is, by name.
    public func url(encrypted: Bool) -> String {
        encrypted ? "https://localhost:\(self.securePort)" : "http://localhost:\(self.port)"
    }

    /// Whom clients are to trust.
    public var authorities: String { self.folder.file("certificate.pem") }

    /// Ends it without goodbye to its clients.
    public func kill() {
        self.process.send(SIGKILL)
        _ = try? self.process.wait()
    }
}
