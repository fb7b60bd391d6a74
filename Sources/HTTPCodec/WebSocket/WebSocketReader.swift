// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// Finds messages and control frames in what a peer sends: strict, and with no bytes of its own.
///
/// Call ``next(_:count:)`` with the input from the first byte not yet taken, until it says `incomplete` or `refused`.
/// Payloads are unmasked where they lie, once.
///
/// ```swift
/// var reader = WebSocketReader(.server, maxMessageSize: 1 << 20)
/// switch reader.next(bytes, count: count) {
/// case .piece(let piece, let taken): …            // some of a message; all of it if isFirst and isLast
/// case .control(let opcode, let payload, let taken): …
/// case .incomplete(let taken): …                  // call again with more
/// case .refused(let violation): …                 // say it in a Close frame
/// }
/// ```
public struct WebSocketReader {
    /// Bytes of a message, as many as were there.
    public struct Piece {
        /// The bytes; valid as long as the input.
        public var bytes: gt_bytes
        /// Text, or else binary.
        public var isText: Bool
        /// The message's bytes are compressed; those of others that are text are checked already.
        public var isCompressed: Bool
        /// Nothing of the message came before.
        public var isFirst: Bool
        /// Nothing of it follows.
        public var isLast: Bool
        /// Bytes of this frame that are still to come.
        public var remaining: Int
    }

    /// One step.
    public enum Step {
        /// Some of a message.
        case piece(Piece, taken: Int)
        /// A whole control frame.
        case control(WebSocketFrameHeader.Opcode, gt_bytes, taken: Int)
        /// `taken` bytes are done with; the rest must be offered again, with more.
        case incomplete(taken: Int)
        /// The bytes break a rule or a limit.
        case refused(WebSocketViolation)
    }

    private let side: WebSocketFrameHeader.Reader
    /// The most bytes of a message, before it is decompressed.
    private let maxMessageSize: Int
    /// Whether RSV1 has a meaning.
    private let mayCompress: Bool

    // The frame whose payload is being read.
    private var isInPayload = false
    private var isFinal = false
    private var mask: UInt32 = 0
    private var remaining = 0
    private var done = 0
    // The message.
    private var isInMessage = false
    private var isText = false
    private var isCompressed = false
    private var isFirst = false
    private var announced = 0
    private var validator = UTF8Validator()

    /// A reader for one connection.
    ///
    /// - Parameters:
    ///   - side: Who reads.
    ///   - maxMessageSize: The most bytes of a message as it is sent; more is refused when a frame announces it.
    ///   - mayCompress: Whether permessage-deflate was agreed on.
    public init(_ side: WebSocketFrameHeader.Reader, maxMessageSize: Int, mayCompress: Bool = false) {
        self.side = side
        self.maxMessageSize = maxMessageSize
        self.mayCompress = mayCompress
    }

    /// Whether it stands between two frames that belong to no common message.
    public var isBetweenMessages: Bool { !self.isInPayload && !self.isInMessage }

    /// Takes one step.
    public mutating func next(_ bytes: UnsafeMutablePointer<UInt8>, count: Int) -> Step {
        if self.isInPayload { return self.payload(bytes, count, behind: 0) }
        switch WebSocketFrameHeader.parse(bytes, count: count, reader: self.side, mayCompress: self.mayCompress) {
        case .incomplete: return .incomplete(taken: 0)
        case .refused(let violation): return .refused(violation)
        case .header(let header):
            if header.opcode.isControl { return self.control(header, bytes, count) }
            if let violation = self.begin(header) { return .refused(violation) }
            return self.payload(bytes + header.size, count &- header.size, behind: header.size)
        }
    }

    private func control(_ header: WebSocketFrameHeader, _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Step {
        let size = header.size &+ header.length
        guard count >= size else { return .incomplete(taken: 0) }
        let payload = bytes + header.size
        if let mask = header.mask { WebSocketMask.apply(mask, offset: 0, to: payload, count: header.length) }
        return .control(header.opcode, gt_bytes(data: payload, size: header.length), taken: size)
    }

    /// The header of a message's frame was read.
    private mutating func begin(_ header: WebSocketFrameHeader) -> WebSocketViolation? {
        if header.opcode == .continuation {
            guard self.isInMessage else { return .malformed("a continuation of nothing") }
        } else {
            guard !self.isInMessage else { return .malformed("a message inside of another") }
            self.isInMessage = true
            self.isFirst = true
            self.isText = header.opcode == .text
            self.isCompressed = header.isCompressed
            self.announced = 0
            self.validator = UTF8Validator()
        }
        guard header.length <= self.maxMessageSize &- self.announced else { return .tooBig }
        self.announced &+= header.length
        self.isInPayload = true
        self.isFinal = header.isFinal
        self.mask = header.mask ?? 0
        self.remaining = header.length
        self.done = 0
        return nil
    }

    private mutating func payload(_ bytes: UnsafeMutablePointer<UInt8>, _ available: Int, behind header: Int) -> Step {
        let count = min(available, self.remaining)
        if count == 0, self.remaining > 0 { return .incomplete(taken: header) }
        if self.mask != 0 { WebSocketMask.apply(self.mask, offset: self.done, to: bytes, count: count) }
        self.done &+= count
        self.remaining &-= count
        let isLast = self.remaining == 0 && self.isFinal
        if self.isText, !self.isCompressed {
            let isText = self.validator.append(UnsafeBufferPointer(start: bytes, count: count))
            guard isText, !isLast || self.validator.isComplete else { return .refused(.notText) }
        }
        let piece = Piece(
            bytes: gt_bytes(data: bytes, size: count),
            isText: self.isText,
            isCompressed: self.isCompressed,
            isFirst: self.isFirst,
            isLast: isLast,
            remaining: self.remaining
        )
        self.isFirst = false
        if self.remaining == 0 { self.isInPayload = false }
        if isLast { self.isInMessage = false }
        return .piece(piece, taken: header &+ count)
    }
}
