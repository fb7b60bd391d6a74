// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// The handshake's key and its answer (RFC 6455, section 4): a proof that the server means WebSocket, not a secret.
public enum WebSocketKey {
    private static let suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of Sec-WebSocket-Accept for a key.
    public static func accept(_ key: String) -> String { Self.base64(SHA1.digest(Array((key + Self.suffix).utf8))) }

    /// Whether the text is 16 bytes in base64, as a key must be.
    public static func isValid(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        guard bytes.count == 24, bytes.suffix(2) == [0x3D, 0x3D] else { return false }
        // The last digit before the padding has two bits, in front.
        return bytes.dropLast(2).allSatisfy(Self.digits.contains) && [0x41, 0x51, 0x67, 0x77].contains(bytes[21])
    }

    /// A key of 16 bytes.
    public static func make(_ bytes: [UInt8]) -> String { Self.base64(bytes) }

    private static func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0..<4 { text.append(index <= group.count ? Self.digits[word >> (18 - 6 * index) & 63] : 0x3D) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
