// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What stands in front of a frame's payload (RFC 6455, section 5.2).
public struct WebSocketFrameHeader: Equatable, Sendable {
    /// What a frame is.
    public enum Opcode: UInt8, Sendable {
        /// More of the message that was begun.
        case continuation = 0
        /// The first frame of a text.
        case text = 1
        /// The first frame of a binary message.
        case binary = 2
        /// The end of the conversation.
        case close = 8
        /// To be answered with a pong.
        case ping = 9
        /// The answer to a ping, or a sign of life.
        case pong = 10

        /// Whether it is about the connection, not part of a message.
        @inline(__always)
        public var isControl: Bool { self.rawValue >= 8 }
    }

    /// Who reads the frame: clients mask what they send, servers do not.
    public enum Reader: Sendable {
        /// A server, which a client writes to.
        case server
        /// A client, which a server writes to.
        case client
    }

    /// How far a header could be read.
    public enum Parsed: Equatable, Sendable {
        /// It is there.
        case header(WebSocketFrameHeader)
        /// More bytes are needed.
        case incomplete
        /// It breaks a rule.
        case refused(WebSocketViolation)
    }

    /// What the frame is.
    public var opcode: Opcode
    /// The last frame of its message.
    public var isFinal: Bool
    /// RSV1: the message is compressed.
    public var isCompressed: Bool
    /// What the payload is masked with, first byte lowest; null if it is not.
    public var mask: UInt32?
    /// The payload's bytes.
    public var length: Int
    /// The header's own bytes, 2 to 14.
    public var size: Int

    /// The most bytes a header can have.
    public static let maxSize = 14
    /// The most bytes a control frame can carry.
    public static let maxControlLength = 125

    /// Reads the header that `bytes` begin with, and refuses what is against the rules at the first byte that shows it.
    ///
    /// - Parameters:
    ///   - bytes: From the frame's first byte on.
    ///   - count: How many there are.
    ///   - reader: Who reads.
    ///   - mayCompress: Whether the peers have agreed on permessage-deflate, which gives RSV1 a meaning.
    /// - Returns: The header, that more is needed, or why not.
    @inline(__always)
    public static func parse(
        _ bytes: UnsafePointer<UInt8>,
        count: Int,
        reader: Reader,
        mayCompress: Bool
    ) -> Parsed {
        guard count > 0 else { return .incomplete }
        let first = bytes[0]
        guard let opcode = Opcode(rawValue: first & 15) else { return .refused(.malformed("a reserved opcode")) }
        let isFinal = first & 0x80 != 0
        if let violation = Self.violation(first, opcode, isFinal, mayCompress) { return .refused(violation) }
        guard count > 1 else { return .incomplete }
        let second = bytes[1]
        let isMasked = second & 0x80 != 0
        guard isMasked == (reader == .server) else {
            return .refused(.malformed(isMasked ? "a masked frame from a server" : "an unmasked frame from a client"))
        }
        var length = Int(second & 127)
        var size = 2
        if length > maxControlLength {
            if opcode.isControl { return .refused(.malformed("a control frame of more than 125 bytes")) }
            switch Self.length(bytes, count, isLong: length == 127) {
            case .success(let long?):
                size = length == 127 ? 10 : 4
                length = long
            case .success(nil): return .incomplete
            case .failure(let violation): return .refused(violation)
            }
        }
        var mask: UInt32?
        if isMasked {
            guard count >= size + 4 else { return .incomplete }
            mask = UInt32(littleEndian: UnsafeRawPointer(bytes + size).loadUnaligned(as: UInt32.self))
            size += 4
        }
        return .header(
            WebSocketFrameHeader(
                opcode: opcode,
                isFinal: isFinal,
                isCompressed: first & 0x40 != 0,
                mask: mask,
                length: length,
                size: size
            )
        )
    }

    @inline(__always)
    private static func violation(
        _ first: UInt8,
        _ opcode: Opcode,
        _ isFinal: Bool,
        _ mayCompress: Bool
    ) -> WebSocketViolation? {
        if first & 0x30 != 0 { return .malformed("a reserved bit is set") }
        if first & 0x40 != 0 {
            if !mayCompress { return .malformed("RSV1 is set, and no compression was agreed on") }
            if opcode.isControl || opcode == .continuation {
                return .malformed("RSV1 is set on a frame that begins no message")
            }
        }
        if opcode.isControl, !isFinal { return .malformed("a control frame in fragments") }
        return nil
    }

    /// The length in the 2 or 8 bytes behind the second; null if they are not there yet.
    private static func length(
        _ bytes: UnsafePointer<UInt8>,
        _ count: Int,
        isLong: Bool
    ) -> Result<Int?, WebSocketViolation> {
        guard isLong else {
            guard count >= 4 else { return .success(nil) }
            let length = Int(bytes[2]) << 8 | Int(bytes[3])
            return length > maxControlLength
                ? .success(length) : .failure(.malformed("a length in more bytes than it needs"))
        }
        guard count > 2 else { return .success(nil) }
        if bytes[2] & 0x80 != 0 { return .failure(.malformed("a length of more than 63 bits")) }
        guard count >= 10 else { return .success(nil) }
        var length = 0
        for index in 2..<10 { length = length << 8 | Int(bytes[index]) }
        return length > 0xFFFF ? .success(length) : .failure(.malformed("a length in more bytes than it needs"))
    }
}
