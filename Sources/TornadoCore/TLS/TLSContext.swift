// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CTLS

/// Certificates and settings that have been read, which sessions share.
///
/// Sendable: the C side counts references and locks; this class only holds one of them.
package final class TLSContext: @unchecked Sendable {
    package let handle: OpaquePointer
    /// Whether a peer's certificate must be for a name that is given to each session.
    private let checksHostname: Bool

    /// Reads what `options` name.
    package init(_ options: SSLOptions, server: Bool) throws(SSLError) {
        var why = [CChar](repeating: 0, count: 512)
        let side = Int32(server ? GT_TLS_SERVER : GT_TLS_CLIENT)
        let handle = options.withSettings(server: server) { settings in
            why.withUnsafeMutableBufferPointer { gt_tls_context_new(side, settings, $0.baseAddress, $0.count) }
        }
        guard let handle else {
            why[why.count - 1] = 0
            throw SSLError(why.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" })
        }
        self.handle = handle
        self.checksHostname = !server && options.checkHostname && options.verify != SSLOptions.Verification.none
    }

    deinit {
        gt_tls_context_release(self.handle)
    }

    /// Throws where nobody says whom the peer must be, though that is to be checked; `call` is the app's.
    func checkHostname(_ hostname: String?, for call: String) throws {
        guard hostname == nil, self.checksHostname else { return }
        throw StreamUsageError(
            "\(call) needs serverHostname, to check the peer's certificate for it, or checkHostname = false in the SSLOptions"
        )
    }

    /// A session over a connected, non-blocking socket; `host` is whom a client wants.
    package func session(descriptor: Int32, host: String?) -> OpaquePointer? {
        gt_tls_new(self.handle, descriptor, host)
    }
}
