// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What a peer did against the WebSocket protocol, or against a limit, as it is told in a Close frame.
public struct WebSocketViolation: Error, Equatable, Sendable, CustomStringConvertible {
    /// The close code: 1002, 1007 or 1009.
    public let code: Int
    /// What was wrong, in a few words.
    public let why: StaticString

    /// A violation with its code, and words for people.
    public init(code: Int, why: StaticString) {
        self.code = code
        self.why = why
    }

    /// The words.
    public var description: String { "\(self.why)" }

    /// Two are the same if their codes are: words are for people.
    public static func == (left: WebSocketViolation, right: WebSocketViolation) -> Bool { left.code == right.code }

    static func malformed(_ why: StaticString) -> WebSocketViolation { WebSocketViolation(code: 1002, why: why) }

    /// Bytes that should be text and are not UTF-8.
    public static let notText = WebSocketViolation(code: 1007, why: "the text is not UTF-8")
    /// What should be compressed is not what zlib writes.
    public static let notCompressed = WebSocketViolation(code: 1007, why: "the message can't be decompressed")
    /// More than the receiver takes.
    public static let tooBig = WebSocketViolation(code: 1009, why: "the message is too big")
}
