// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The value of Content-Length: digits, and nothing else.
enum ContentLength {
    static func parse(_ value: gt_bytes) -> Result<Int64, Refusal> {
        guard value.size > 0, let bytes = value.data else { return .failure(.bad("Content-Length is empty")) }
        var length: Int64 = 0
        for index in 0..<value.size {
            guard CharacterClass.isDigit(bytes[index]) else {
                return .failure(.bad("Content-Length is not a number in digits"))
            }
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(bytes[index] &- 0x30))
            if overflow || carry { return .failure(Refusal(413, "Content-Length is larger than any body")) }
            length = sum
        }
        return .success(length)
    }
}

/// The value of Transfer-Encoding: `chunked`, once and alone.
enum TransferCoding {
    /// Nil if the body is chunked and nothing else; 501 for codings that are well-formed but not offered.
    static func check(_ value: gt_bytes) -> Refusal? {
        if ByteScan.matches(value.data, count: value.size, "chunked") { return nil }
        var chunked = 0
        var malformed = false
        FieldList.forEach(value) { bytes, count in
            if ByteScan.matches(bytes, count: count, "chunked") {
                chunked += 1
            } else if count == 0 || !(0..<count).allSatisfy({ CharacterClass.isToken(bytes[$0]) }) {
                malformed = true
            }
        }
        if malformed { return .bad("Transfer-Encoding is not a list of codings") }
        if chunked > 1 { return .bad("chunked more than once") }
        return Refusal(501, "a transfer coding other than chunked")
    }
}
