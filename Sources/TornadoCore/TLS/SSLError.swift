// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// TLS failed: a file that cannot be read, a setting that cannot be had, or a peer that did not agree.
public struct SSLError: Error, Hashable, CustomStringConvertible {
    /// What failed, on what, and why.
    public let description: String
    /// Whether it was about the peer's certificate.
    public let isCertificateError: Bool

    package init(_ description: String, isCertificateError: Bool = false) {
        self.description = description
        self.isCertificateError = isCertificateError
    }
}
