// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The rules for fields that an app gives for an answer.
enum ResponseField {
    enum Kind {
        case other
        /// Content-Length or Transfer-Encoding: the encoder's own business.
        case framing
        case connection
        case malformed
    }

    @inline(__always)
    static func kind(of name: gt_bytes) -> Kind {
        guard name.size > 0, let bytes = name.data else { return .malformed }
        switch name.size {
        case 14 where ByteScan.matches(bytes, count: 14, "content-length"): return .framing
        case 17 where ByteScan.matches(bytes, count: 17, "transfer-encoding"): return .framing
        case 10 where ByteScan.matches(bytes, count: 10, "connection"): return .connection
        default: break
        }
        for index in 0..<name.size where !CharacterClass.isToken(bytes[index]) { return .malformed }
        return .other
    }

    /// Whether the bytes may stand in a field value or a reason phrase: no control byte but tab.
    @inline(__always)
    static func isValue(_ value: gt_bytes) -> Bool {
        guard let bytes = value.data else { return value.size == 0 }
        var index = ByteScan.controlByte(bytes, from: 0, to: value.size)
        while index < value.size {
            if bytes[index] != 0x09 { return false }
            index = ByteScan.controlByte(bytes, from: index &+ 1, to: value.size)
        }
        return true
    }

    static func asksToClose(_ value: gt_bytes) -> Bool {
        var options = ConnectionOptions()
        options.add(value)
        return options.close
    }

    @inline(__always)
    static func append(_ field: gt_header, to out: OutputBuffer) {
        out.append(field.name)
        out.append(": ")
        out.append(field.value)
        out.append("\r\n")
    }
}
