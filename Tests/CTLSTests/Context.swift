// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CTLS
import Foundation
import TestKit

/// What a context is made with.
struct Options {
    struct Own {
        var certificate: String?
        var key: String?
        var password: String?
        var host: String?

        init(_ certificate: String?, _ key: String?, password: String? = nil, host: String? = nil) {
            self.certificate = certificate
            self.key = key
            self.password = password
            self.host = host
        }

        init(_ pair: Certificates.Pair, host: String? = nil) {
            self.init(pair.certificate, pair.key, host: host)
        }
    }

    var own: [Own] = []
    var authority: String?
    var folder: String?
    var revocations: String?
    var verify = GT_TLS_VERIFY_NONE
    var oldest: UInt16 = 0
    var newest: UInt16 = 0
    var resumes = true
    var checksHost = true
    var ciphers: String?
    var suites: String?
    var alpn: String?

    /// As C has them, for the time of `body`.
    func withSettings<Result>(_ body: (UnsafePointer<gt_tls_settings>) -> Result) -> Result {
        var copies: [UnsafeMutablePointer<CChar>] = []
        defer { for copy in copies { free(copy) } }
        func copy(_ text: String?) -> UnsafePointer<CChar>? {
            guard let text, let bytes = strdup(text) else { return nil }
            copies.append(bytes)
            return UnsafePointer(bytes)
        }
        let certificates = self.own.map {
            gt_tls_certificate(
                certificate_file: copy($0.certificate),
                key_file: copy($0.key),
                password: copy($0.password),
                host: copy($0.host)
            )
        }
        return certificates.withUnsafeBufferPointer { own in
            var settings = gt_tls_settings()
            settings.size = UInt32(MemoryLayout<gt_tls_settings>.size)
            settings.verify = UInt32(self.verify)
            settings.certificates = own.baseAddress
            settings.certificate_count = own.count
            settings.ca_file = copy(self.authority)
            settings.ca_path = copy(self.folder)
            settings.crl_file = copy(self.revocations)
            settings.min_version = self.oldest
            settings.max_version = self.newest
            settings.no_resumption = self.resumes ? 0 : 1
            settings.no_hostname_check = self.checksHost ? 0 : 1
            settings.ciphers = copy(self.ciphers)
            settings.ciphersuites = copy(self.suites)
            settings.alpn = copy(self.alpn)
            return body(&settings)
        }
    }
}

/// A context that is released with the object.
final class Context {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let handle: OpaquePointer

    private init(_ side: Int, _ options: Options) throws {
        var why = [CChar](repeating: 0, count: 512)
        let handle = options.withSettings { gt_tls_context_new(Int32(side), $0, &why, why.count) }
        guard let handle else { throw Failure(description: text(why)) }
        self.handle = handle
    }

    /// A server's, with these certificates.
    convenience init(server own: [Options.Own], _ change: (inout Options) -> Void = { _ in }) throws {
        var options = Options(own: own)
        change(&options)
        try self.init(GT_TLS_SERVER, options)
    }

    /// A client's that trusts the tests' authority.
    static func client(_ change: (inout Options) -> Void = { _ in }) throws -> Context {
        var options = Options(authority: try Certificates.shared.get().authority, verify: GT_TLS_VERIFY_REQUIRED)
        change(&options)
        return try Context(GT_TLS_CLIENT, options)
    }

    func reload(_ options: Options) throws {
        var why = [CChar](repeating: 0, count: 512)
        let code = options.withSettings { gt_tls_context_reload(self.handle, $0, &why, why.count) }
        guard code == 0 else { throw Failure(description: text(why)) }
    }

    deinit { gt_tls_context_release(self.handle) }
}

/// What C has written, up to its NUL.
func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
