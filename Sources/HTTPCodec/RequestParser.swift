// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Parses request heads, strictly by RFC 9112: what two servers could read in two ways is refused.
///
/// ```swift
/// var head = RequestHead()
/// switch RequestParser.parse(bytes, count: count, limits: limits, table: table, head: &head) {
/// case .complete: …          // head.size bytes are taken
/// case .incomplete: …        // call again with more, from the same first byte on
/// case .refused(let why): …  // answer with why.status and close
/// }
/// ```
public enum RequestParser {
    /// Empty lines in front of a request line that are passed over.
    private static let leadingLines = 2

    /// Parses one head at the front of `bytes`.
    ///
    /// The views set in `head` and `table` lie in `bytes`.
    public static func parse(
        _ bytes: UnsafePointer<UInt8>,
        count: Int,
        limits: RequestLimits,
        table: HeaderTable,
        head: inout RequestHead
    ) -> ParseResult {
        var start = 0
        for _ in 0..<self.leadingLines where start < count && bytes[start] == 0x0D {
            guard start &+ 1 < count else { return .incomplete }
            guard bytes[start &+ 1] == 0x0A else { return .refused(.bad("a bare CR before the request line")) }
            start &+= 2
        }
        var line = StartLine()
        var cursor = start
        // Nothing behind a limit is looked at, so that the outcome does not depend on how the bytes arrive.
        let lineEnd = start &+ min(count &- start, limits.startLine)
        switch line.parse(bytes, from: &cursor, to: lineEnd) {
        case .complete: break
        case .incomplete:
            return lineEnd < count ? .refused(.lineTooLong) : .incomplete
        case .refused(let refusal):
            return .refused(refusal)
        }
        head.method = line.method
        head.target = line.target
        head.minorVersion = line.minorVersion

        var fields = RequestFields()
        let headEnd = start &+ min(count &- start, limits.head)
        let result = FieldParser.parse(bytes, from: &cursor, to: headEnd, limits: limits, table: table) { name, value in
            fields.note(name, value)
        }
        switch result {
        case .complete: break
        case .incomplete:
            return headEnd < count ? .refused(.headTooLarge) : .incomplete
        case .refused(let refusal):
            return .refused(refusal)
        }
        head.size = cursor
        if let refusal = fields.settle(
            &head,
            form: line.form,
            authority: line.authority,
            limits: limits,
            knownHost: table.knownHost
        ) {
            return .refused(refusal)
        }
        return .complete
    }
}

extension Refusal {
    static let lineTooLong = Refusal(414, "the request line is longer than the limit")
    static let headTooLarge = Refusal(431, "the header fields are longer than the limit")
}
