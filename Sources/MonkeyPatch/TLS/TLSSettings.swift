// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

/// The seam's `gt_tls_settings` with everything that it points to, for as long as this lives.
///
/// Sendable: it owns all of that memory, and nothing of it changes after it was made.
final class TLSSettings: @unchecked Sendable {
    let pointer: UnsafePointer<gt_tls_settings>
    private let settings: UnsafeMutablePointer<gt_tls_settings>
    private let certificates: UnsafeMutableBufferPointer<gt_tls_certificate>
    private let strings = CStrings()

    /// Settings without their size and certificates, and the certificates, with strings that `make` copies.
    init(_ make: (CStrings) -> (gt_tls_settings, [gt_tls_certificate])) {
        var (settings, certificates) = make(self.strings)
        self.certificates = .allocate(capacity: certificates.count)
        _ = self.certificates.initialize(from: certificates)
        settings.size = UInt32(MemoryLayout<gt_tls_settings>.size)
        settings.certificates = UnsafePointer(self.certificates.baseAddress)
        settings.certificate_count = certificates.count
        self.settings = .allocate(capacity: 1)
        self.settings.initialize(to: settings)
        self.pointer = UnsafePointer(self.settings)
    }

    deinit {
        self.settings.deallocate()
        self.certificates.deallocate()
    }

    /// C strings that live as long as this does.
    final class CStrings {
        private var copies: [UnsafeMutablePointer<CChar>] = []

        func copy(_ text: String?) -> UnsafePointer<CChar>? {
            guard let text, let copy = strdup(text) else { return nil }
            self.copies.append(copy)
            return UnsafePointer(copy)
        }

        deinit {
            for copy in self.copies { free(copy) }
        }
    }
}
