// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The request line: method, target and version.
struct StartLine {
    /// The four forms of a request target (RFC 9112, 3.2).
    enum Form {
        case origin
        case absolute
        case authority
        case asterisk
    }

    var method = gt_bytes()
    var target = gt_bytes()
    var minorVersion: UInt8 = 1
    var form = Form.origin
    /// The authority of an absolute or authority-form target.
    var authority = gt_bytes()

    /// Parses up to and with the line's CRLF; `cursor` is moved behind it only if the line is complete.
    mutating func parse(_ bytes: UnsafePointer<UInt8>, from cursor: inout Int, to end: Int) -> ParseResult {
        let start = cursor
        var index = start
        while index < end, CharacterClass.isToken(bytes[index]) { index &+= 1 }
        if index == end { return .incomplete }
        guard bytes[index] == 0x20, index > start else { return .refused(.bad("the method is not a token")) }
        self.method = gt_bytes(data: bytes + start, size: index &- start)
        index &+= 1

        let targetStart = index
        while index < end, CharacterClass.isVisible(bytes[index]) { index &+= 1 }
        if index == end { return .incomplete }
        guard bytes[index] == 0x20, index > targetStart else {
            return .refused(.bad("the request target is empty or holds a byte that is not visible ASCII"))
        }
        self.target = gt_bytes(data: bytes + targetStart, size: index &- targetStart)
        index &+= 1

        switch self.parseVersion(bytes, from: &index, to: end) {
        case .complete: break
        case let other: return other
        }
        if let refusal = self.classifyTarget() { return .refused(refusal) }
        cursor = index
        return .complete
    }

    /// `HTTP/1.x CRLF`; each byte is judged as soon as it is there, so that no garbage waits for a timeout.
    private mutating func parseVersion(
        _ bytes: UnsafePointer<UInt8>,
        from cursor: inout Int,
        to end: Int
    ) -> ParseResult {
        let expected: StaticString = "HTTP/"
        for offset in 0..<5 {
            guard cursor &+ offset < end else { return .incomplete }
            guard bytes[cursor &+ offset] == expected.utf8Start[offset] else {
                return .refused(.bad("the request line does not end in a version"))
            }
        }
        let at = cursor &+ 5
        guard at &+ 2 < end else { return .incomplete }
        guard CharacterClass.isDigit(bytes[at]), bytes[at &+ 1] == 0x2E, CharacterClass.isDigit(bytes[at &+ 2]) else {
            return .refused(.bad("the version is not a digit, a dot and a digit"))
        }
        guard at &+ 3 < end else { return .incomplete }
        guard bytes[at &+ 3] == 0x0D else { return .refused(.bad("the version is not followed by CRLF")) }
        guard at &+ 4 < end else { return .incomplete }
        guard bytes[at &+ 4] == 0x0A else { return .refused(.bad("a bare CR after the version")) }
        guard bytes[at] == 0x31 else { return .refused(Refusal(505, "the major version is not 1")) }
        self.minorVersion = bytes[at &+ 2] &- 0x30
        cursor = at &+ 5
        return .complete
    }

    mutating func classifyTarget() -> Refusal? {
        let isConnect = self.method.size == 7 && self.method.equals("CONNECT")
        if isConnect {
            self.form = .authority
            self.authority = self.target
            return RequestHost.isValid(self.target, portRequired: true)
                ? nil : .bad("the target of CONNECT is not host:port")
        }
        switch self.target.data[0] {
        case 0x2F:
            return nil
        case 0x2A where self.target.size == 1:
            self.form = .asterisk
            return self.method.equals("OPTIONS") ? nil : .bad("the target * is for OPTIONS only")
        default:
            return self.classifyAbsolute()
        }
    }

    /// `http://authority[/path][?query]`, the only further form.
    private mutating func classifyAbsolute() -> Refusal? {
        let bytes = self.target.data!
        let size = self.target.size
        var start = 0
        if size > 7, ByteScan.matches(bytes, count: 7, "http://") { start = 7 }
        if size > 8, ByteScan.matches(bytes, count: 8, "https://") { start = 8 }
        guard start > 0 else { return .bad("the target is neither a path nor an http address") }
        var end = start
        while end < size, bytes[end] != 0x2F, bytes[end] != 0x3F, bytes[end] != 0x23 { end &+= 1 }
        self.form = .absolute
        self.authority = gt_bytes(data: bytes + start, size: end &- start)
        return RequestHost.isValid(self.authority) && self.authority.size > 0
            ? nil : .bad("the target's authority is not a host")
    }
}

extension gt_bytes {
    /// Whether the bytes are exactly those of `text`.
    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard self.size == text.utf8CodeUnitCount else { return false }
        for index in 0..<self.size where self.data[index] != text.utf8Start[index] { return false }
        return true
    }
}
