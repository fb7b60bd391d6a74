// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Parses field lines up to an empty line: the fields of a head, and the trailers of a chunked body.
enum FieldParser {
    /// Appends the fields to `table` and tells `note` of each; `cursor` ends behind the empty line.
    ///
    /// The parse begins anew at each call: an incomplete one leaves the cursor where it was.
    @inline(__always)
    static func parse(
        _ bytes: UnsafePointer<UInt8>,
        from cursor: inout Int,
        to end: Int,
        limits: RequestLimits,
        table: HeaderTable,
        note: (gt_bytes, gt_bytes) -> Refusal?
    ) -> ParseResult {
        table.removeAll()
        var index = cursor
        while true {
            guard index < end else { return .incomplete }
            if bytes[index] == 0x0D {
                guard index &+ 1 < end else { return .incomplete }
                guard bytes[index &+ 1] == 0x0A else { return .refused(.bad("a bare CR in the header fields")) }
                cursor = index &+ 2
                return .complete
            }
            let nameStart = index
            while index < end, CharacterClass.isToken(bytes[index]) { index &+= 1 }
            guard index < end else { return .incomplete }
            guard bytes[index] == 0x3A, index > nameStart else {
                return .refused(self.badName(bytes[index], atStart: index == nameStart))
            }
            let name = gt_bytes(data: bytes + nameStart, size: index &- nameStart)
            index &+= 1
            while index < end, bytes[index] == 0x20 || bytes[index] == 0x09 { index &+= 1 }
            let valueStart = index
            index = ByteScan.controlByte(bytes, from: index, to: end)
            while index < end, bytes[index] == 0x09 {
                index = ByteScan.controlByte(bytes, from: index &+ 1, to: end)
            }
            guard index < end else { return .incomplete }
            guard bytes[index] == 0x0D else { return .refused(.bad("a control byte in a field value")) }
            guard index &+ 1 < end else { return .incomplete }
            guard bytes[index &+ 1] == 0x0A else { return .refused(.bad("a bare CR in a field value")) }
            var valueEnd = index
            while valueEnd > valueStart, bytes[valueEnd &- 1] == 0x20 || bytes[valueEnd &- 1] == 0x09 { valueEnd &-= 1 }
            index &+= 2
            guard table.count < limits.fields else {
                return .refused(Refusal(431, "there are more header fields than the limit"))
            }
            let value = gt_bytes(data: bytes + valueStart, size: valueEnd &- valueStart)
            table.append(name: name, value: value)
            if let refusal = note(name, value) { return .refused(refusal) }
        }
    }

    private static func badName(_ byte: UInt8, atStart: Bool) -> Refusal {
        switch (byte, atStart) {
        case (0x20, true), (0x09, true): .bad("a folded line, or one that begins with a space")
        case (0x20, false), (0x09, false): .bad("a space in or behind a field name")
        case (0x3A, _): .bad("an empty field name")
        default: .bad("a field name is not a token followed by a colon")
        }
    }
}
