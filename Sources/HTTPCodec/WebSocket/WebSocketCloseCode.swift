// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// What a Close frame says: a code and a reason (RFC 6455, section 7.4).
public struct WebSocketCloseReason: Equatable, Sendable {
    /// The code; 1005 if the frame was empty.
    public var code: Int
    /// The reason, which may be empty.
    public var text: String

    /// A code with a reason.
    public init(code: Int, text: String = "") {
        self.code = code
        self.text = text
    }

    /// The most bytes of UTF-8 that a reason can have.
    public static let maxTextLength = 123
    /// There was no code in the frame; never sent.
    public static let none = 1005
    /// There was no Close frame; never sent.
    public static let abnormal = 1006

    /// Whether a code may be in a frame.
    public static func isAllowed(_ code: Int) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    /// Reads a Close frame's payload.
    public static func parse(_ payload: gt_bytes) -> Result<WebSocketCloseReason, WebSocketViolation> {
        guard payload.size > 0, let data = payload.data else { return .success(WebSocketCloseReason(code: Self.none)) }
        guard payload.size > 1 else { return .failure(.malformed("half a close code")) }
        let code = Int(data[0]) << 8 | Int(data[1])
        guard Self.isAllowed(code) else { return .failure(.malformed("a close code that nobody may send")) }
        let text = UnsafeBufferPointer(start: data + 2, count: payload.size - 2)
        var validator = UTF8Validator()
        guard validator.append(text), validator.isComplete else { return .failure(.notText) }
        return .success(WebSocketCloseReason(code: code, text: String(decoding: text, as: UTF8.self)))
    }

    /// The payload that says it; empty for 1005.
    public var payload: [UInt8] {
        guard self.code != Self.none else { return [] }
        return [UInt8(truncatingIfNeeded: self.code >> 8), UInt8(truncatingIfNeeded: self.code)] + Array(self.text.utf8)
    }
}
