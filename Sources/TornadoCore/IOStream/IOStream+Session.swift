// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CTLS
import ProviderKit

/// What the two sides of a TLS handshake have agreed on: nil before it is done, without TLS, and once the stream is closed.
extension IOStream {
    /// "TLSv1.3".
    public var tlsVersion: String? { self.session.map { String(cString: gt_tls_protocol($0)) } }

    /// "TLS_AES_256_GCM_SHA384".
    public var tlsCipher: String? { self.session.map { String(cString: gt_tls_cipher($0)) } }

    /// The protocol chosen by ALPN: "h2"; nil also if there was no choice.
    public var selectedALPNProtocol: String? {
        guard let name = self.session.map({ String(cString: gt_tls_alpn($0)) }), !name.isEmpty else { return nil }
        return name
    }

    /// The peer's certificate, in DER; nil also if it has none.
    public var peerCertificate: [UInt8]? {
        guard let session = self.session else { return nil }
        let size = gt_tls_peer_certificate(session, nil, 0)
        guard size > 0 else { return nil }
        return [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
            count = min(size, gt_tls_peer_certificate(session, bytes.baseAddress, size))
        }
    }

    private var session: OpaquePointer? {
        self.loop.checkThread("IOStream.tls")
        return self.isSecured && !self.closed ? self.transport.tls : nil
    }
}
