// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

package import CGTornado

extension SSLOptions {
    /// The options as the seam has them, for the time of `body`.
    package func withSettings<Result>(
        server: Bool,
        _ body: (UnsafePointer<gt_tls_settings>) -> Result
    ) -> Result {
        let strings = CStrings()
        let own = self.certificates.map {
            gt_tls_certificate(
                certificate_file: strings.copy($0.certfile),
                key_file: strings.copy($0.keyfile),
                password: strings.copy($0.password),
                host: strings.copy($0.host)
            )
        }
        return own.withUnsafeBufferPointer { own in
            var settings = gt_tls_settings()
            settings.size = UInt32(MemoryLayout<gt_tls_settings>.size)
            settings.verify = (self.verify ?? (server ? .none : .required)).number
            settings.certificates = own.baseAddress
            settings.certificate_count = own.count
            settings.ca_file = strings.copy(self.caCerts)
            settings.ca_path = strings.copy(self.caPath)
            settings.crl_file = strings.copy(self.crlFile)
            settings.min_version = self.minVersion?.rawValue ?? 0
            settings.max_version = self.maxVersion?.rawValue ?? 0
            settings.no_resumption = self.resumption ? 0 : 1
            settings.no_hostname_check = self.checkHostname ? 0 : 1
            settings.ciphers = strings.copy(self.ciphers)
            settings.ciphersuites = strings.copy(self.ciphersuites)
            settings.alpn = strings.copy(self.alpn.isEmpty ? nil : self.alpn.joined(separator: ","))
            return withExtendedLifetime(strings) { withUnsafePointer(to: settings, body) }
        }
    }
}

extension SSLOptions.Verification {
    fileprivate var number: UInt32 {
        switch self {
        case .none: UInt32(GT_TLS_VERIFY_NONE)
        case .optional: UInt32(GT_TLS_VERIFY_OPTIONAL)
        case .required: UInt32(GT_TLS_VERIFY_REQUIRED)
        }
    }
}

/// C strings that live as long as this does.
private final class CStrings {
    private var copies: [UnsafeMutablePointer<CChar>] = []

    func copy(_ text: String?) -> UnsafePointer<CChar>? {
        guard let text else { return nil }
        let bytes = text.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: byte) }
        self.copies.append(copy)
        return UnsafePointer(copy)
    }

    deinit {
        for copy in self.copies { copy.deallocate() }
    }
}
