// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// Finds one response, its head and the pieces of its body, in what a server sends.
///
/// The reader keeps a few numbers and no bytes. Call ``next(_:count:table:)`` with the input from the first byte not yet
/// taken, until it says `incomplete`, `end` or `refused`; and ``inputEnded()`` when the server has closed.
///
/// ```swift
/// var reader = ResponseReader(isHeadRequest: false, limits: limits)
/// switch reader.next(bytes, count: count, table: table) {
/// case .head(let head, let taken): …
/// case .piece(let view, let taken): …
/// case .end(let taken): …           // the response is whole
/// case .incomplete(let taken): …    // call again with more
/// case .refused(let why): …         // close
/// }
/// ```
public struct ResponseReader {
    /// One step through the response.
    public enum Step {
        /// The head is complete; its fields are in the table.
        case head(ResponseHead, taken: Int)
        /// A piece of the body.
        case piece(gt_bytes, taken: Int)
        /// The response is complete.
        case end(taken: Int)
        /// `taken` bytes are done with; the rest must be offered again, with more.
        case incomplete(taken: Int)
        /// The bytes break a rule or a limit.
        case refused(Refusal)
    }

    private enum Place {
        case head
        case body
        case untilClosed
        case over
    }

    private let isHeadRequest: Bool
    private let limits: RequestLimits
    private let mayUpgrade: Bool
    private var place = Place.head
    private var body = BodyDecoder()
    private var received: Int64 = 0
    /// Bytes of an incomplete head that were looked at and hold nothing new.
    private var looked = 0
    /// Interim answers that were passed over.
    private var interims = 0
    /// Whether one of them was 100: the server wants the request's body.
    public private(set) var hasContinued = false
    /// How many of them a server may send for one request.
    private static let mostInterims = 100

    /// A reader of the answer to one request.
    ///
    /// - Parameters:
    ///   - isHeadRequest: Whether the request was HEAD, whose answer has no body whatever its fields say.
    ///   - limits: How much is taken; the limit of a request's line does not matter.
    ///   - mayUpgrade: Whether the request has asked for another protocol: 101 is then a head without a body, and what
    ///     follows is not looked at.
    public init(isHeadRequest: Bool, limits: RequestLimits = RequestLimits(), mayUpgrade: Bool = false) {
        self.isHeadRequest = isHeadRequest
        self.limits = limits
        self.mayUpgrade = mayUpgrade
    }

    /// Takes one step.
    public mutating func next(_ bytes: UnsafePointer<UInt8>, count: Int, table: HeaderTable) -> Step {
        switch self.place {
        case .head: self.nextOfHead(bytes, count, table)
        case .body: self.nextOfBody(bytes, count, table)
        case .untilClosed: self.nextUntilClosed(bytes, count)
        case .over: .end(taken: 0)
        }
    }

    /// The server has closed: `end` if that completes the response, else `refused`.
    public mutating func inputEnded() -> Step {
        switch self.place {
        case .untilClosed, .over:
            self.place = .over
            return .end(taken: 0)
        case .head:
            return .refused(.bad("the connection was closed before the answer's head was complete"))
        case .body:
            return .refused(.bad("the connection was closed in the middle of the body"))
        }
    }

    // MARK: Head

    private mutating func nextOfHead(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ table: HeaderTable) -> Step {
        var start = 0
        while true {
            guard self.isWorthParsing(bytes, start, count) else { return .incomplete(taken: start) }
            var head = ResponseHead()
            var cursor = start
            // Nothing behind a limit is looked at, so that the outcome does not depend on how the bytes arrive.
            let end = start &+ min(count &- start, self.limits.head)
            switch self.parse(bytes, &cursor, end, table, &head) {
            case .refused(let refusal): return .refused(refusal)
            case .incomplete: return end < count ? .refused(.headTooLarge) : .incomplete(taken: start)
            case .complete: break
            }
            self.looked = 0
            if head.status == 101 {
                guard self.mayUpgrade else {
                    return .refused(.bad("the server switches protocols without being asked"))
                }
                self.place = .over
                return .head(head, taken: cursor)
            }
            guard head.status < 200 else {
                self.begin(head)
                return .head(head, taken: cursor)
            }
            // 100 Continue, 103 Early Hints: the answer proper follows.
            if head.status == 100 { self.hasContinued = true }
            self.interims &+= 1
            guard self.interims <= Self.mostInterims else { return .refused(.bad("interim answers without an end")) }
            start = cursor
        }
    }

    /// Whether the parser could come further than the last time: a head that trickles in is not parsed for each byte.
    private mutating func isWorthParsing(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Bool {
        let size = count &- start
        defer { self.looked = size }
        // The first line's beginning shows whether this is HTTP at all.
        if size <= 16 || size > self.limits.head { return size > 0 }
        return (min(self.looked, size)..<size).contains { bytes[start &+ $0] == 0x0A } || self.looked <= 16
    }

    private func parse(
        _ bytes: UnsafePointer<UInt8>,
        _ cursor: inout Int,
        _ end: Int,
        _ table: HeaderTable,
        _ head: inout ResponseHead
    ) -> ParseResult {
        var line = ResponseLine()
        switch line.parse(bytes, from: &cursor, to: end) {
        case .complete: break
        case let other: return other
        }
        head.status = line.status
        head.reason = line.reason
        head.minorVersion = line.minorVersion
        var framing = ResponseFraming()
        let result = FieldParser.parse(bytes, from: &cursor, to: end, limits: self.limits, table: table) {
            framing.note($0, $1)
        }
        guard case .complete = result, line.status >= 200 else { return result }
        let refusal = framing.settle(&head, isHeadRequest: self.isHeadRequest, limits: self.limits)
        return refusal.map { .refused($0) } ?? .complete
    }

    private mutating func begin(_ head: ResponseHead) {
        guard head.contentLength != ResponseHead.untilClosed else {
            self.place = .untilClosed
            return
        }
        var request = RequestHead()
        request.contentLength = head.contentLength
        self.body = BodyDecoder(request)
        self.place = self.body.isEmpty ? .over : .body
    }

    // MARK: Body

    private mutating func nextOfBody(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ table: HeaderTable) -> Step {
        switch self.body.next(bytes, count: count, limits: self.limits, table: table) {
        case .piece(let view, let taken):
            if self.body.isEmpty { self.place = .over }
            return .piece(view, taken: taken)
        case .end(let taken):
            self.place = .over
            return .end(taken: taken)
        case .incomplete(let taken):
            return .incomplete(taken: taken)
        case .refused(let refusal):
            return .refused(refusal)
        }
    }

    private mutating func nextUntilClosed(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Step {
        if count == 0 { return .incomplete(taken: 0) }
        self.received &+= Int64(count)
        if self.received > self.limits.body { return .refused(.bodyTooLong) }
        return .piece(gt_bytes(data: bytes, size: count), taken: count)
    }
}
