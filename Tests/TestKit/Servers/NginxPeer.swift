// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// nginx as the server of an HTTP client: a plain port, and one for each certificate of ``Certificates``.
///
/// It has `/small`, `/large` (3,000,000 bytes), `/packed/text` (gzip), `/moved`, and on ports with TLS `/resumed` (`r` in a
/// resumed session, else `.`), `/who` (the client's certificate), and `/to-clients`.
public final class NginxPeer {
    /// Where it listens.
    public enum Place: String, CaseIterable, Sendable {
        case plain, good, chained, expired, wrongHost, selfSigned, revoked, revokedChain
        /// Asks for a client's certificate.
        case clients
    }

    private let folder: ServerFolder
    private let process: ChildProcess
    private let ports: [Place: UInt16]

    /// Whether it can be started here.
    public static var isInstalled: Bool { TestKit.Place.program("nginx") != nil && Certificates.canBeMade }

    /// Starts one.
    public init() throws {
        let certificates = try Certificates.shared.get()
        let folder = try ServerFolder("nginx-peer")
        var ports: [Place: UInt16] = [:]
        for place in Place.allCases { ports[place] = try FreePort.take() }
        try FileManager.default.createDirectory(atPath: folder.file("packed"), withIntermediateDirectories: true)
        try folder.write("small", "small\n")
        try folder.write("large", String(repeating: "0123456789", count: 300_000))
        try folder.write("packed/text", String(repeating: "0123456789", count: 50_000))
        let servers = Place.allCases.map { place in
            Self.server(place, ports[place] ?? 0, certificates, folder.path, clients: ports[.clients] ?? 0)
        }
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        let configuration = try folder.write(
            "nginx.conf",
            """
            daemon off;
            master_process off;
            pid \(folder.file("pid"));
            error_log stderr;
            events { worker_connections 512; }
            http {
                access_log off;
                \(temporary.map { "\($0)_temp_path \(folder.path);" }.joined(separator: "\n    "))
                default_type text/plain;
                client_max_body_size 100m;
                gzip_types text/plain;
                if_modified_since before;
                ssl_session_cache shared:all:1m;
                \(servers.joined(separator: "\n    "))
            }

            """
        )
        self.folder = folder
        self.ports = ports
        self.process = try ChildProcess([
            TestKit.Place.program("nginx") ?? "nginx", "-e", "stderr", "-p", folder.path, "-c", configuration,
        ])
        for port in ports.values { try FreePort.wait(for: port, of: self.process) }
    }

    /// The port of a place.
    public func port(_ place: Place) -> UInt16 { self.ports[place] ?? 0 }

    private static func server(
        _ place: Place,
        _ port: UInt16,
        _ certificates: Certificates,
        _ root: String,
        clients: UInt16
    ) -> String {
        let pair = Self.pair(place, certificates)
        let tls = pair.map { "ssl_certificate \($0.certificate); ssl_certificate_key \($0.key);" } ?? ""
        let verify =
            place == .clients ? "ssl_client_certificate \(certificates.authority); ssl_verify_client on;" : ""
        return """
            server {
                listen 127.0.0.1:\(port)\(pair == nil ? "" : " ssl") backlog=512;
                \(tls) \(verify)
                root \(root);
                location /packed/ { gzip on; }
                location = /moved { return 302 /small; }
                location = /taken { proxy_pass \(pair == nil ? "http" : "https")://127.0.0.1:\(port)/small; proxy_method GET; }
                location = /resumed { return 200 "$ssl_session_reused"; }
                location = /who { return 200 "$ssl_client_s_dn"; }
                location = /to-clients { return 302 https://localhost:\(clients)/who; }
            }
            """
    }

    private static func pair(_ place: Place, _ certificates: Certificates) -> Certificates.Pair? {
        switch place {
        case .plain: nil
        case .good, .clients: certificates.server
        case .chained: certificates.chained
        case .expired: certificates.expired
        case .wrongHost: certificates.wrongHost
        case .selfSigned: certificates.selfSigned
        case .revoked: certificates.revoked
        case .revokedChain: certificates.revokedChain
        }
    }
}
