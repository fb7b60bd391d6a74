// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The TLS that a run's HTTP servers speak, whatever the app says of it.
///
/// ```swift
/// var options = RunOptions()
/// options.tls = TLSChoice([.init(file: "server.pem", keyFile: "server.key")])
/// ```
public struct TLSChoice: Sendable, Equatable {
    /// A certificate chain and its key, in PEM files.
    public struct Certificate: Sendable, Equatable {
        /// The chain, leaf first.
        public var file: String
        /// The key; null if it is in ``file``.
        public var keyFile: String?

        /// A certificate from files.
        public init(file: String, keyFile: String? = nil) {
            self.file = file
            self.keyFile = keyFile
        }
    }

    /// What becomes of clients' certificates.
    public enum Verification: String, Sendable, CaseIterable {
        /// Nobody asks for them.
        case none
        /// A bad one is refused, and none will do.
        case optional
        /// There must be a good one.
        case required
    }

    /// The oldest version that is spoken.
    public enum Version: String, Sendable, CaseIterable {
        /// TLS 1.2.
        case tls12 = "1.2"
        /// TLS 1.3.
        case tls13 = "1.3"
    }

    /// One at least; several are chosen from by SNI, and the first is for clients that ask for none of them.
    public var certificates: [Certificate]
    /// Who has signed clients' certificates, a PEM file.
    public var authorities: String?
    /// What becomes of clients' certificates.
    public var verification = Verification.none
    /// The oldest version that is spoken.
    public var minVersion = Version.tls12

    /// TLS with these certificates, for every client.
    public init(_ certificates: [Certificate]) {
        self.certificates = certificates
    }

    /// The choice as the seam has it.
    var settings: TLSSettings {
        TLSSettings { strings in
            var settings = gt_tls_settings()
            settings.verify = self.verification.number
            settings.ca_file = strings.copy(self.authorities)
            settings.min_version = self.minVersion.number
            let certificates = self.certificates.map {
                gt_tls_certificate(
                    certificate_file: strings.copy($0.file),
                    key_file: strings.copy($0.keyFile),
                    password: nil,
                    host: nil
                )
            }
            return (settings, certificates)
        }
    }
}

extension TLSChoice.Verification {
    fileprivate var number: UInt32 {
        switch self {
        case .none: UInt32(GT_TLS_VERIFY_NONE)
        case .optional: UInt32(GT_TLS_VERIFY_OPTIONAL)
        case .required: UInt32(GT_TLS_VERIFY_REQUIRED)
        }
    }
}

extension TLSChoice.Version {
    fileprivate var number: UInt16 {
        switch self {
        case .tls12: 0x0303
        case .tls13: 0x0304
        }
    }
}
