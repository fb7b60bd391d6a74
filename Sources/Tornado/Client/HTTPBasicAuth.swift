// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// `Basic` credentials (RFC 7617).
enum HTTPBasicAuth {
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// The value of Authorization or Proxy-Authorization.
    static func value(_ user: String, _ password: String) -> String {
        "Basic " + self.base64(Array("\(user):\(password)".utf8))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                let digit = self.alphabet.utf8Start[bits >> (18 - 6 * place) & 63]
                out.append(place <= group.count ? digit : 0x3D)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
