// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// Frames one answer: the head, the pieces of the body, the end.
///
/// It decides what RFC 9112 leaves to the server: Content-Length, chunked or close; whether there is a body at all; and
/// whether the connection can serve another request.
public struct ResponseEncoder {
    /// Why an answer, or a piece of one, was not taken.
    ///
    /// Nothing of it is in the buffer then.
    public enum Failure: Error {
        /// A status out of range, a field name that is no token, a control byte in a value or the reason.
        case badHead
        /// More body than Content-Length said.
        case bodyTooLong
    }

    private enum Framing {
        case none
        case length
        case chunked
        case untilClose
    }

    /// What of the request decides the answer's framing.
    public struct Context: Sendable {
        /// Whether the method is HEAD.
        public var isHead: Bool
        /// The minor version of the request.
        public var minorVersion: UInt8
        /// Whether the connection may stay open after the answer.
        public var keepAlive: Bool

        /// The context of an answer.
        public init(isHead: Bool, minorVersion: UInt8, keepAlive: Bool) {
            self.isHead = isHead
            self.minorVersion = minorVersion
            self.keepAlive = keepAlive
        }
    }

    private var framing = Framing.none
    private var remaining: Int64 = 0
    /// Whether the connection may serve another request after this answer.
    ///
    /// Set by ``begin(_:_:repeated:dateLine:into:)``.
    public private(set) var keepsAlive = false

    /// An encoder of an answer that has not begun.
    public init() {}

    /// Appends the head.
    ///
    /// - Parameters:
    ///   - response: The status and the app's fields.
    ///   - context: What of the request decides the framing.
    ///   - repeated: What the answers before this one have had in common, of the same server.
    ///   - dateLine: The field Date with the end of its line, used if the answer asks for it.
    ///   - out: Where the head goes.
    /// - Throws: `Failure.badHead`; the buffer is as it was then.
    public mutating func begin(
        _ response: gt_response,
        _ context: Context,
        repeated: RepeatedHead,
        dateLine: gt_bytes,
        into out: OutputBuffer
    ) throws(Failure) {
        let hasBody = !context.isHead && response.status != 204 && response.status != 304 && response.status >= 200
        self.keepsAlive = context.keepAlive && response.flags & UInt32(GT_RESPONSE_CLOSE) == 0
        let known = repeated.append(response, to: out)
        if known != response.header_count { try self.beginAnew(response, known, repeated, into: out) }
        if response.flags & UInt32(GT_RESPONSE_DATE) != 0 {
            out.append(dateLine)
        }
        self.frame(response, context, hasBody: hasBody, into: out)
    }

    /// Appends the status line and the fields, but for those that `repeated` knew.
    private mutating func beginAnew(
        _ response: gt_response,
        _ known: Int?,
        _ repeated: RepeatedHead,
        into out: OutputBuffer
    ) throws(Failure) {
        let mark = out.count &- repeated.size(of: known)
        if known == nil { StatusLine.append(response.status, response.reason, to: out) }
        // An interim status would leave the client waiting for the real answer.
        var isSound = (200...599).contains(response.status) || response.status == 101
        isSound = isSound && ResponseField.isValue(response.reason)
        // How many fields there are before the first that is not the app's alone to say.
        var plain = response.header_count
        for index in (known ?? 0)..<response.header_count {
            let field = response.headers[index]
            let kind = ResponseField.kind(of: field.name)
            if kind != .other { plain = min(plain, index) }
            switch kind {
            case .framing: continue
            case .connection:
                if response.status == 101 { break }
                isSound = isSound && ResponseCheck.isReadable(field.value)
                if ResponseField.asksToClose(field.value) { self.keepsAlive = false }
                continue
            case .other: break
            case .malformed: isSound = false
            }
            isSound = isSound && ResponseField.isValue(field.value)
            ResponseField.append(field, to: out)
        }
        guard isSound else {
            out.truncate(to: mark)
            throw .badHead
        }
        repeated.keep(response, count: plain, known: known, from: out.bytes + mark)
    }

    /// Content-Length, Transfer-Encoding, Connection, and the empty line.
    private mutating func frame(
        _ response: gt_response,
        _ context: Context,
        hasBody: Bool,
        into out: OutputBuffer
    ) {
        self.framing = .none
        let maySayLength = response.status >= 200 && response.status != 204 && response.status != 304
        if response.content_length >= 0 {
            if maySayLength {
                out.append("Content-Length: ")
                out.append(decimal: response.content_length)
                out.append("\r\n")
            }
            if hasBody {
                self.framing = .length
                self.remaining = response.content_length
            }
        } else if hasBody {
            if context.minorVersion > 0 {
                out.append("Transfer-Encoding: chunked\r\n")
                self.framing = .chunked
            } else {
                self.framing = .untilClose
                self.keepsAlive = false
            }
        }
        if response.status != 101 {
            if !self.keepsAlive {
                out.append("Connection: close\r\n")
            } else if context.minorVersion == 0 {
                out.append("Connection: keep-alive\r\n")
            }
        }
        out.append("\r\n")
    }

    /// Appends an interim answer (1xx): a head without framing.
    public static func appendInterim(_ response: gt_response, into out: OutputBuffer) throws(Failure) {
        let mark = out.count
        var isSound = (100...199).contains(response.status) && response.status != 101
        isSound = isSound && ResponseField.isValue(response.reason)
        StatusLine.append(response.status, response.reason, to: out)
        for index in 0..<response.header_count {
            let field = response.headers[index]
            isSound = isSound && ResponseField.kind(of: field.name) == .other && ResponseField.isValue(field.value)
            ResponseField.append(field, to: out)
        }
        guard isSound else {
            out.truncate(to: mark)
            throw .badHead
        }
        out.append("\r\n")
    }

    /// Appends a piece of the body, framed.
    ///
    /// A piece of an answer without a body is dropped.
    public mutating func append(_ piece: gt_bytes, into out: OutputBuffer) throws(Failure) {
        guard piece.size > 0 else { return }
        switch self.framing {
        case .none:
            return
        case .length:
            guard Int64(piece.size) <= self.remaining else { throw .bodyTooLong }
            self.remaining -= Int64(piece.size)
            out.append(piece)
        case .chunked:
            out.append(hexadecimal: piece.size)
            out.append("\r\n")
            out.append(piece)
            out.append("\r\n")
        case .untilClose:
            out.append(piece)
        }
    }

    /// Whether a piece's bytes go out as they are, with nothing between.
    public var passesThrough: Bool {
        self.framing == .length || self.framing == .untilClose
    }

    /// Whether there is nothing to come of a body that ``passesThrough``.
    public var isComplete: Bool {
        self.framing != .length || self.remaining == 0
    }

    /// Counts a piece that the caller sends itself, where ``passesThrough`` is true.
    public mutating func account(for piece: gt_bytes) throws(Failure) {
        guard self.framing == .length else { return }
        guard Int64(piece.size) <= self.remaining else { throw .bodyTooLong }
        self.remaining -= Int64(piece.size)
    }

    /// Ends the body.
    ///
    /// False if it is shorter than Content-Length said: the connection must be dropped.
    public func end(into out: OutputBuffer) -> Bool {
        switch self.framing {
        case .none, .untilClose:
            return true
        case .length:
            return self.remaining == 0
        case .chunked:
            out.append("0\r\n\r\n")
            return true
        }
    }
}
