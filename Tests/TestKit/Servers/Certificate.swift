// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// A certificate for localhost that signs itself, and its key, both in PEM.
struct Certificate {
    /// What clients are to trust.
    let certificate: String
    let key: String

    static var canBeMade: Bool { Place.program("openssl") != nil }

    /// Makes one in a folder.
    init(in folder: ServerFolder, owner: Owner? = nil) throws {
        self.certificate = folder.file("certificate.pem")
        self.key = folder.file("key.pem")
        let process = try ChildProcess([
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.key, "-out", self.certificate,
        ])
        guard try process.wait() == .exited(0) else {
            throw Place.Missing(description: "openssl made no certificate: \(process.errors)")
        }
        chmod(self.key, 0o600)
        if let owner {
            chown(self.key, owner.user, owner.group)
            chown(self.certificate, owner.user, owner.group)
        }
    }
}
