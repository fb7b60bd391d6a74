// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import CTLS
import Glibc
import ProviderKit

/// What the TLS connections of one evhttp server share.
///
/// A session must not be freed while its bufferevent is on the stack, which is where evhttp tells that a connection ends:
/// ``retire(_:)`` keeps it until ``freeRetired()``, which the engine calls in a turn of its own.
final class EvhttpTLS {
    let library: LibeventOpenSSL
    private let certificates: ServerTLS
    private let info = TLSInfo()
    private var retired: [LibeventOpenSSL.Session] = []

    /// Reads what `settings` name; nil, with errno set and why in `error`, if that cannot be.
    init?(_ settings: UnsafePointer<gt_tls_settings>, error: UnsafeMutablePointer<CChar>?, _ capacity: Int) {
        switch LibeventOpenSSL.shared {
        case .success(let library): self.library = library
        case .failure(let missing):
            Self.write(missing.reason, to: error, capacity)
            errno = ENOTSUP
            return nil
        }
        guard let certificates = ServerTLS(settings, error: error, capacity: capacity) else { return nil }
        self.certificates = certificates
    }

    deinit {
        self.freeRetired()
    }

    /// As much of a sentence as there is room for, and a NUL.
    static func write(_ text: String, to place: UnsafeMutablePointer<CChar>?, _ capacity: Int) {
        guard let place, capacity > 0 else { return }
        let bytes = text.utf8.prefix(capacity - 1)
        for (index, byte) in bytes.enumerated() { place[index] = CChar(bitPattern: byte) }
        place[bytes.count] = 0
    }

    /// Reads certificates and settings anew, for connections to come.
    func reload(
        _ settings: UnsafePointer<gt_tls_settings>?,
        _ error: UnsafeMutablePointer<CChar>?,
        _ capacity: Int
    ) -> Int32 {
        self.certificates.reload(settings, error: error, capacity: capacity)
    }

    /// A bufferevent with a session of the certificates of this moment.
    func makeBufferevent(_ base: OpaquePointer?) -> UnsafeMutablePointer<bufferevent>? {
        guard let native = self.certificates.native else { return nil }
        return self.library.makeBufferevent(base, context: native)
    }

    /// Tells what was agreed: see ``TLSInfo``.
    func describe(_ session: LibeventOpenSSL.Session, _ info: UnsafeMutablePointer<gt_tls_info>) -> Int32 {
        guard let borrowed = gt_tls_borrow(session) else { return -ENOMEM }
        defer { _ = gt_tls_give_up(borrowed) }
        return self.info.fill(info, of: borrowed)
    }

    /// Frees a session when nothing of its connection is on the stack any more.
    func retire(_ session: LibeventOpenSSL.Session) {
        self.retired.append(session)
    }

    func freeRetired() {
        for session in self.retired { self.library.free(session) }
        self.retired.removeAll(keepingCapacity: true)
    }
}
