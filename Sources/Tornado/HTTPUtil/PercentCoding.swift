// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TornadoCore

/// Percent-encoding of paths, queries and forms.
enum PercentCoding {
    /// Decodes `%41` and, in queries and forms, `+`.
    ///
    /// What is not two hexadecimal digits stays as it is, as in Tornado. One pass over the bytes.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, plus: Bool) -> [UInt8] {
        guard bytes.contains(where: { $0 == 0x25 || (plus && $0 == 0x2B) }) else { return Array(bytes) }
        return Array(unsafeUninitializedCapacity: bytes.count) { out, count in
            var index = 0
            while index < bytes.count {
                var byte = bytes[index]
                if byte == 0x25, bytes.count - index > 2, let high = bytes[index + 1].hexValue,
                    let low = bytes[index + 2].hexValue
                {
                    byte = high &<< 4 | low
                    index += 2
                } else if plus, byte == 0x2B {
                    byte = 0x20
                }
                out[count] = byte
                count += 1
                index += 1
            }
        }
    }

    /// Encodes every byte but letters, digits and `safe`.
    static func encode(_ text: String, safe: StaticString = "_.-~") -> String {
        let digits: StaticString = "0123456789ABCDEF"
        return String(unsafeUninitializedCapacity: text.utf8.count * 3) { out in
            var count = 0
            for byte in text.utf8 {
                let isPlain = byte.isASCIIAlphanumeric || safe.contains(byte)
                out[count] = isPlain ? byte : 0x25
                count += 1
                if isPlain { continue }
                out[count] = digits.utf8Start[Int(byte >> 4)]
                out[count + 1] = digits.utf8Start[Int(byte & 15)]
                count += 2
            }
            return count
        }
    }
}

extension StaticString {
    fileprivate func contains(_ byte: UInt8) -> Bool {
        UnsafeBufferPointer(start: self.utf8Start, count: self.utf8CodeUnitCount).contains(byte)
    }
}
