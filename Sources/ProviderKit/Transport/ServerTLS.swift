// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

package import CGTornado
import CTLS
import Glibc

/// What a server that speaks TLS has: certificates and settings, which a reload exchanges.
package final class ServerTLS {
    /// What is offered by ALPN where the settings name nothing: a client that wants another protocol is told so.
    private static let protocols: StaticString = "http/1.1,http/1.0"

    private let context: OpaquePointer

    /// Reads what `settings` name; nil with errno set, and why in `error`.
    package init?(
        _ settings: UnsafePointer<gt_tls_settings>,
        error: UnsafeMutablePointer<CChar>?,
        capacity: Int
    ) {
        let context = ServerTLS.withProtocols(settings) {
            gt_tls_context_new(Int32(GT_TLS_SERVER), $0, error, capacity)
        }
        guard let context else { return nil }
        self.context = context
    }

    deinit {
        gt_tls_context_release(self.context)
    }

    /// OpenSSL's `SSL_CTX *` of the moment; ask for each connection anew.
    package var native: UnsafeMutableRawPointer? { gt_tls_context_native(self.context) }

    /// A session for a connection that was accepted; nil if there is no memory.
    package func session(_ descriptor: Int32) -> OpaquePointer? { gt_tls_new(self.context, descriptor, nil) }

    /// The seam's reload_tls(), for one server.
    package func reload(
        _ settings: UnsafePointer<gt_tls_settings>?,
        error: UnsafeMutablePointer<CChar>?,
        capacity: Int
    ) -> Int32 {
        guard let settings else { return gt_tls_context_reload(self.context, nil, error, capacity) }
        return ServerTLS.withProtocols(settings) { gt_tls_context_reload(self.context, $0, error, capacity) }
    }

    private static func withProtocols<Result>(
        _ settings: UnsafePointer<gt_tls_settings>,
        _ body: (UnsafePointer<gt_tls_settings>) -> Result
    ) -> Result {
        guard Int(settings.pointee.size) >= MemoryLayout<gt_tls_settings>.size else { return body(settings) }
        var full = settings.pointee
        if full.alpn == nil || full.alpn.pointee == 0 {
            full.alpn = UnsafeRawPointer(self.protocols.utf8Start).assumingMemoryBound(to: CChar.self)
        }
        return body(&full)
    }
}
