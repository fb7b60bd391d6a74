// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

package import CGTornado
import CTLS
import Glibc

/// What was agreed with a peer, in the seam's form, with the memory that it points to.
///
/// One serves all connections of a server.
package final class TLSInfo {
    /// Freed with the object.
    private var bytes: UnsafeMutableRawPointer?

    package init() {}

    deinit {
        free(self.bytes)
    }

    /// Tells of a session: what is pointed to is valid until the next call, protocol, cipher and server name as long as
    /// OpenSSL's own session.
    ///
    /// Returns 0 or -ENOMEM.
    package func fill(_ info: UnsafeMutablePointer<gt_tls_info>, of tls: OpaquePointer) -> Int32 {
        guard let alpn = gt_tls_alpn(tls) else { return -ENOMEM }
        let alpnSize = strlen(alpn) + 1
        let subjectSize = gt_tls_peer_subject(tls, nil, 0)
        let certificateSize = gt_tls_peer_certificate(tls, nil, 0)
        free(self.bytes)
        self.bytes = malloc(alpnSize + subjectSize + 1 + certificateSize)
        guard let bytes = self.bytes else { return -ENOMEM }
        let subject = bytes + alpnSize
        let certificate = (subject + subjectSize + 1).assumingMemoryBound(to: UInt8.self)
        memcpy(bytes, alpn, alpnSize)
        _ = gt_tls_peer_subject(tls, subject.assumingMemoryBound(to: CChar.self), subjectSize + 1)
        _ = gt_tls_peer_certificate(tls, certificate, certificateSize)
        info.pointee.was_resumed = gt_tls_was_resumed(tls) != 0 ? 1 : 0
        info.pointee.protocol = gt_tls_protocol(tls)
        info.pointee.cipher = gt_tls_cipher(tls)
        info.pointee.alpn = UnsafePointer(bytes.assumingMemoryBound(to: CChar.self))
        info.pointee.server_name = gt_tls_server_name(tls)
        info.pointee.subject = gt_bytes(data: subject.assumingMemoryBound(to: UInt8.self), size: subjectSize)
        info.pointee.certificate = gt_bytes(data: certificate, size: certificateSize)
        return 0
    }
}
