// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The certificate that a client showed, as far as the server asked for one (``TornadoCore/SSLOptions/verify``).
public struct SSLCertificate: Sendable, Hashable {
    /// Whom it is for: `CN=client, O=Example`.
    public let subject: String
    /// The certificate in DER: Tornado's `binary_form`.
    public let der: [UInt8]
}

/// What a client and the server have agreed upon.
public struct SSLSession: Sendable, Hashable {
    /// `TLSv1.3`.
    public let version: String
    /// `TLS_AES_256_GCM_SHA384`.
    public let cipher: String
    /// The protocol that was chosen by ALPN; empty if the client offered none.
    public let alpn: String
    /// The name that the client asked for by SNI; empty if it asked for none.
    public let serverName: String
    /// Whether the client went on with an earlier session.
    public let wasResumed: Bool
    /// What the client showed; nil if nothing.
    public let certificate: SSLCertificate?
}

extension HTTPServerRequest {
    /// The client's certificate; nil if it showed none, the connection is not encrypted, or it has ended.
    ///
    /// With `verify` not `.none` it has been verified.
    ///
    /// ```swift
    /// guard let certificate = request.getSSLCertificate() else { throw HTTPError(403) }
    /// ```
    public func getSSLCertificate() -> SSLCertificate? { self.sslSession?.certificate }

    /// What the connection's handshake has agreed upon; nil if it is not encrypted, or has ended.
    public var sslSession: SSLSession? {
        guard self.head.flags & UInt32(GT_REQUEST_TLS) != 0, self.server.speaksTLS else { return nil }
        guard let exchange, let ask = self.table.pointee.tls_info else { return nil }
        var info = gt_tls_info()
        info.size = UInt32(MemoryLayout<gt_tls_info>.size)
        guard ask(exchange, &info) == 0 else { return nil }
        let der = Array(info.certificate.buffer)
        let subject = String(decoding: info.subject.buffer, as: UTF8.self)
        return SSLSession(
            version: String(cString: info.protocol),
            cipher: String(cString: info.cipher),
            alpn: String(cString: info.alpn),
            serverName: String(cString: info.server_name),
            wasResumed: info.was_resumed != 0,
            certificate: der.isEmpty ? nil : SSLCertificate(subject: subject, der: der)
        )
    }
}
