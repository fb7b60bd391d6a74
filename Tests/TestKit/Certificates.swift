// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import Synchronization

/// Certificates of an authority of the tests' own, as PEM files: good ones, and one for each thing that can be wrong.
///
/// They are made by `openssl` when first asked for, and go when the process ends.
///
/// ```swift
/// let certificates = try Certificates.shared.get()
/// let options = SSLOptions(certfile: certificates.server.certificate, keyfile: certificates.server.key)
/// ```
public struct Certificates: Sendable {
    /// A certificate, with those between it and the authority behind it, and its key.
    public struct Pair: Sendable {
        /// The file with the certificate.
        public let certificate: String
        /// The file with its key.
        public let key: String
    }

    /// The certificate that all but ``selfSigned`` and ``strangerClient`` lead to.
    public let authority: String
    /// For localhost, 127.0.0.1 and ::1.
    public let server: Pair
    /// For second.example and *.second.example.
    public let second: Pair
    /// For localhost, until yesterday.
    public let expired: Pair
    /// For elsewhere.example.
    public let wrongHost: Pair
    /// For localhost, by itself.
    public let selfSigned: Pair
    /// For localhost, and in ``revocations``.
    public let revoked: Pair
    /// Those of the authority and of the intermediate one.
    public let revocations: String
    /// For localhost, by an intermediate authority, whose certificate is in the file too.
    public let chained: Pair
    /// For localhost, by an intermediate authority that is in ``revocations``.
    public let revokedChain: Pair
    /// A client's: CN=client, O=Tests.
    public let client: Pair
    /// A client's that nobody knows.
    public let strangerClient: Pair
    /// The key of ``server``, encrypted with ``password``.
    public let encryptedKey: String
    /// Of ``encryptedKey``.
    public let password = "open sesame"
    /// Where all of them are, for files that a test makes of them.
    public let folder: String

    /// Whether they can be made here.
    public static var canBeMade: Bool { Place.program("openssl") != nil }

    /// Those of this process.
    public static let shared = Result { try CertificateMaker().make() }
}

/// An authority in a folder, by `openssl ca`: it is the one command that takes dates in the past.
private struct CertificateMaker {
    let folder: String

    init() throws {
        self.folder = "/tmp/gtornado-certificates-\(getpid())-\(UInt32.random(in: 0..<1_000_000))"
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        foldersToRemove.withLock { $0.append(self.folder) }
        atexit {
            for folder in foldersToRemove.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: folder) }
        }
    }

    func make() throws -> Certificates {
        try self.authority("root", name: "gtornado tests")
        try self.authority("middle", name: "gtornado tests, intermediate", by: "root")
        try self.authority("fallen", name: "gtornado tests, revoked", by: "root")
        let local = "DNS:localhost,IP:127.0.0.1,IP:::1"
        let server = try self.issue("server", "/CN=localhost", names: local)
        let chained = try self.issue("chained", "/CN=localhost", names: local, by: "middle")
        let revokedChain = try self.issue("revokedchain", "/CN=localhost", names: local, by: "fallen")
        let revoked = try self.issue("revoked", "/CN=localhost", names: local)
        let certificates = Certificates(
            authority: self.file("root.pem"),
            server: server,
            second: try self.issue("second", "/CN=second.example", names: "DNS:second.example,DNS:*.second.example"),
            expired: try self.issue("expired", "/CN=localhost", names: local, until: "20200201000000Z"),
            wrongHost: try self.issue("wronghost", "/CN=elsewhere.example", names: "DNS:elsewhere.example"),
            selfSigned: try self.selfSigned("selfsigned", "/CN=localhost", names: local),
            revoked: revoked,
            revocations: self.file("revocations.pem"),
            chained: chained,
            revokedChain: revokedChain,
            client: try self.issue("client", "/O=Tests/CN=client", names: "DNS:client.example"),
            strangerClient: try self.selfSigned("stranger", "/CN=stranger", names: "DNS:stranger.example"),
            encryptedKey: self.file("encrypted.key"),
            folder: self.folder
        )
        for pair in [chained, revokedChain] {
            try self.append(self.file(pair.key == chained.key ? "middle.pem" : "fallen.pem"), to: pair.certificate)
        }
        try self.revoke([revoked.certificate, self.file("fallen.pem")])
        try self.openssl("ec", "-in", server.key, "-aes128", "-passout", "pass:open sesame", "-out", "encrypted.key")
        return certificates
    }

    /// An authority with its own database; the first one signs itself.
    private func authority(_ name: String, name subject: String, by issuer: String? = nil) throws {
        try Data(
            """
            [ca]
            default_ca = authority
            [authority]
            database = \(self.file("\(name).index"))
            serial = \(self.file("\(name).serial"))
            crlnumber = \(self.file("\(name).serial"))
            new_certs_dir = \(self.folder)
            certificate = \(self.file("\(name).pem"))
            private_key = \(self.file("\(name).key"))
            default_md = sha256
            default_days = 30
            default_crl_days = 30
            unique_subject = no
            policy = anything
            [anything]
            organizationName = optional
            commonName = supplied
            [req]
            distinguished_name = names
            [names]
            [authority_extensions]
            basicConstraints = critical, CA:TRUE
            keyUsage = critical, keyCertSign, cRLSign
            subjectKeyIdentifier = hash
            """.utf8
        ).write(to: URL(filePath: self.file("\(name).cnf")))
        try Data().write(to: URL(filePath: self.file("\(name).index")))
        // Serial numbers name the files that `openssl ca` leaves: authorities must not share any.
        try Data("\(name.count)\(name.utf8.first ?? 0)00\n".utf8).write(to: URL(filePath: self.file("\(name).serial")))
        if let issuer {
            try self.request(name, "/CN=\(subject)")
            try self.sign(name, by: issuer, extensions: nil, until: nil)
        } else {
            try self.openssl(
                "req",
                "-x509",
                "-config",
                "\(name).cnf",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "30",
                "-subj",
                "/CN=\(subject)",
                "-extensions",
                "authority_extensions",
                "-keyout",
                "\(name).key",
                "-out",
                "\(name).pem"
            )
        }
    }

    private func issue(
        _ name: String,
        _ subject: String,
        names: String,
        by issuer: String = "root",
        until end: String? = nil
    ) throws -> Certificates.Pair {
        try self.request(name, subject)
        try Data(
            """
            subjectAltName = \(names)
            basicConstraints = critical, CA:FALSE
            extendedKeyUsage = serverAuth, clientAuth
            """.utf8
        ).write(to: URL(filePath: self.file("\(name).ext")))
        try self.sign(name, by: issuer, extensions: "\(name).ext", until: end)
        return Certificates.Pair(certificate: self.file("\(name).pem"), key: self.file("\(name).key"))
    }

    private func request(_ name: String, _ subject: String) throws {
        try self.openssl(
            "req",
            "-new",
            "-config",
            "root.cnf",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            subject,
            "-keyout",
            "\(name).key",
            "-out",
            "\(name).csr"
        )
    }

    private func sign(_ name: String, by issuer: String, extensions: String?, until end: String?) throws {
        let dates = end.map { ["-startdate", "20200101000000Z", "-enddate", $0] } ?? []
        let kind = extensions.map { ["-extfile", $0] } ?? ["-extensions", "authority_extensions"]
        try self.openssl(
            ["ca", "-batch", "-notext", "-config", "\(issuer).cnf", "-in", "\(name).csr", "-out", "\(name).pem"] + dates
                + kind
        )
    }

    private func selfSigned(_ name: String, _ subject: String, names: String) throws -> Certificates.Pair {
        try self.openssl(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "30",
            "-subj",
            subject,
            "-addext",
            "subjectAltName=\(names)",
            "-keyout",
            "\(name).key",
            "-out",
            "\(name).pem"
        )
        return Certificates.Pair(certificate: self.file("\(name).pem"), key: self.file("\(name).key"))
    }

    private func revoke(_ certificates: [String]) throws {
        for certificate in certificates { try self.openssl("ca", "-config", "root.cnf", "-revoke", certificate) }
        for name in ["root", "middle", "fallen"] {
            try self.openssl("ca", "-config", "\(name).cnf", "-gencrl", "-out", "\(name).crl")
            try self.append(self.file("\(name).crl"), to: self.file("revocations.pem"))
        }
    }

    private func append(_ source: String, to path: String) throws {
        var content = (try? Data(contentsOf: URL(filePath: path))) ?? Data()
        content.append(try Data(contentsOf: URL(filePath: source)))
        try content.write(to: URL(filePath: path))
    }

    private func file(_ name: String) -> String { "\(self.folder)/\(name)" }

    private func openssl(_ words: String...) throws { try self.openssl(words) }

    /// Runs it in the folder.
    private func openssl(_ words: [String]) throws {
        let script = "cd \"$0\" && exec openssl \"$@\""
        let process = try ChildProcess(["sh", "-c", script, self.folder] + words)
        guard try process.wait() == .exited(0) else {
            throw Place.Missing(description: "openssl \(words.joined(separator: " ")) failed: \(process.errors)")
        }
    }
}

private let foldersToRemove = Mutex<[String]>([])
