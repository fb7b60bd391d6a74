// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Masking, which is its own inverse (RFC 6455, section 5.3).
public enum WebSocketMask {
    /// Masks bytes in place.
    ///
    /// - Parameters:
    ///   - mask: The four bytes, the first lowest.
    ///   - offset: How many bytes of the payload come before these.
    ///   - bytes: The payload, or a part of it.
    ///   - count: How many there are.
    public static func apply(_ mask: UInt32, offset: Int, to bytes: UnsafeMutablePointer<UInt8>, count: Int) {
        let shift = UInt32(truncatingIfNeeded: offset & 3) &* 8
        let turned = shift == 0 ? mask : mask >> shift | mask << (32 &- shift)
        if turned == 0 { return }
        let place = UnsafeMutableRawPointer(bytes)
        let wide = SIMD8<UInt32>(repeating: turned.littleEndian)
        var index = 0
        while index &+ 32 <= count {
            let masked = (place + index).loadUnaligned(as: SIMD8<UInt32>.self) ^ wide
            (place + index).storeBytes(of: masked, as: SIMD8<UInt32>.self)
            index &+= 32
        }
        while index &+ 4 <= count {
            let masked = (place + index).loadUnaligned(as: UInt32.self) ^ turned.littleEndian
            (place + index).storeBytes(of: masked, as: UInt32.self)
            index &+= 4
        }
        while index < count {
            bytes[index] ^= UInt8(truncatingIfNeeded: turned >> (UInt32(truncatingIfNeeded: index & 3) &* 8))
            index &+= 1
        }
    }
}
