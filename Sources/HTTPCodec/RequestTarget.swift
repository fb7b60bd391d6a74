// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The parts of a request's target.
struct RequestTarget {
    /// From the first slash on, still encoded; `/` for an absolute target without a path, `*` as sent, empty for CONNECT.
    let path: Slice<UnsafeBufferPointer<UInt8>>
    /// What follows the first `?`, still encoded.
    let query: Slice<UnsafeBufferPointer<UInt8>>

    private static let slash: StaticString = "/"

    init(_ target: gt_bytes) {
        let bytes = target.bytes
        let mark = bytes.firstIndex(of: 0x3F) ?? bytes.endIndex
        self.query = bytes[min(mark + 1, bytes.endIndex)...]
        let front = bytes[..<mark]
        guard let first = front.first, first != 0x2F, first != 0x2A else {
            self.path = front
            return
        }
        // http://host/path, or the host:port of CONNECT.
        let colon = front.firstIndex(of: 0x3A) ?? front.endIndex
        guard front[colon...].starts(with: [0x3A, 0x2F, 0x2F]) else {
            self.path = front[front.endIndex...]
            return
        }
        let path = front[(colon + 3)...].drop { $0 != 0x2F }
        self.path = path.isEmpty ? UnsafeBufferPointer(start: Self.slash.utf8Start, count: 1)[...] : path
    }

    /// A host without its port, brackets included.
    static func hostName(_ host: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
        if host.first == 0x5B, let end = host.firstIndex(of: 0x5D) { return host[...end] }
        return host.prefix { $0 != 0x3A }
    }
}

/// Percent-encoding, undone once.
enum PercentDecoding {
    /// The bytes behind `text`; a `%` that is not followed by two digits stays as it is.
    static func bytes(of text: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == 0x25, let high = rest.first, let low = rest.dropFirst().first,
                CharacterClass.hexValue(high) < 16, CharacterClass.hexValue(low) < 16
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(CharacterClass.hexValue(high) << 4 | CharacterClass.hexValue(low))
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}

extension gt_bytes {
    /// The bytes, as long as their owner keeps them.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: self.data, count: self.size) }
}
