// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// A parsed head of a response: views into the bytes it was parsed from and into the header table.
public struct ResponseHead {
    /// 200 to 999; interim answers are passed over.
    public var status = 0
    /// The reason phrase, which may be empty.
    public var reason = gt_bytes()
    /// The minor version of HTTP/1.
    public var minorVersion: UInt8 = 1
    /// Bytes of body to come, -1 if chunked, -2 if the connection's end is the body's.
    public var contentLength: Int64 = 0
    /// Whether the server means to answer another request on the connection; it cannot after a body that ends with it.
    public var keepsAlive = false

    /// The ``contentLength`` of a body that ends with the connection.
    public static let untilClosed: Int64 = -2

    /// An empty head, to parse into.
    public init() {}
}

/// The first line of a response: version, status and reason.
struct ResponseLine {
    var status = 0
    var reason = gt_bytes()
    var minorVersion: UInt8 = 1

    /// Parses up to and with the line's CRLF; `cursor` is moved behind it only if the line is complete.
    ///
    /// Some servers leave out the space before an empty reason, which can be read in one way only: it is let pass.
    mutating func parse(_ bytes: UnsafePointer<UInt8>, from cursor: inout Int, to end: Int) -> ParseResult {
        switch self.parseVersionAndStatus(bytes, cursor, end) {
        case .complete: break
        case let other: return other
        }
        var index = cursor &+ 12
        guard index < end else { return .incomplete }
        guard bytes[index] == 0x20 || bytes[index] == 0x0D else { return .refused(.bad("the status has more digits")) }
        if bytes[index] == 0x20 { index &+= 1 }
        let start = index
        while index < end, CharacterClass.isFieldValue(bytes[index]) { index &+= 1 }
        guard index < end else { return .incomplete }
        guard bytes[index] == 0x0D else { return .refused(.bad("a control byte in the reason phrase")) }
        guard index &+ 1 < end else { return .incomplete }
        guard bytes[index &+ 1] == 0x0A else { return .refused(.bad("a bare CR in the status line")) }
        self.reason = gt_bytes(data: bytes + start, size: index &- start)
        cursor = index &+ 2
        return .complete
    }

    /// `HTTP/1.x` SP and three digits; each byte is judged as soon as it is there.
    private mutating func parseVersionAndStatus(
        _ bytes: UnsafePointer<UInt8>,
        _ start: Int,
        _ end: Int
    ) -> ParseResult {
        let pattern: StaticString = "HTTP/1.d ddd"
        for offset in 0..<12 {
            guard start &+ offset < end else { return .incomplete }
            let byte = bytes[start &+ offset]
            let expected = pattern.utf8Start[offset]
            // The letter stands for any digit.
            guard expected == 0x64 ? CharacterClass.isDigit(byte) : byte == expected else {
                return .refused(.bad("the answer does not begin with an HTTP/1 status line"))
            }
        }
        self.minorVersion = bytes[start &+ 7] &- 0x30
        self.status = (9...11).reduce(0) { $0 * 10 + Int(bytes[start &+ $1] &- 0x30) }
        return self.status >= 100 ? .complete : .refused(.bad("the status is below 100"))
    }
}
