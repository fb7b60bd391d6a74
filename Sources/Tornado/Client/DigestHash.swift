// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CTLS

/// The hash functions of `Digest` authentication, by the system's OpenSSL (RFC 7616, section 6.1).
enum DigestHash: String, CaseIterable {
    case md5 = "MD5"
    case sha256 = "SHA-256"
    case sha512256 = "SHA-512-256"

    private var name: String {
        switch self {
        case .md5: "MD5"
        case .sha256: "SHA256"
        case .sha512256: "SHA512-256"
        }
    }

    /// The hash of some bytes, in hexadecimal digits.
    ///
    /// Throws `DigestError` where OpenSSL is missing, or does not compute it.
    func callAsFunction(_ bytes: [UInt8]) throws -> String {
        var digest = [UInt8](repeating: 0, count: Int(GT_TLS_MOST_DIGEST))
        var why = [CChar](repeating: 0, count: 256)
        let size = gt_tls_digest(self.name, bytes, bytes.count, &digest, &why, why.count - 1)
        guard size > 0 else {
            let words = why.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw DigestError(description: String(decoding: words, as: UTF8.self))
        }
        return digest.prefix(size).hexadecimal
    }

    func callAsFunction(_ text: String) throws -> String { try self(Array(text.utf8)) }
}

/// Why a challenge is not answered.
struct DigestError: Error, CustomStringConvertible {
    let description: String
}

extension Sequence<UInt8> {
    /// Two lower-case digits a byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: self.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
