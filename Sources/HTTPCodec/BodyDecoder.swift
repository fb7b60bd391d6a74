// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// Finds the pieces of a request body in what arrives behind the head.
///
/// The decoder keeps a few numbers and no bytes. Call ``next(_:count:limits:table:)`` with the input from the first
/// byte not yet taken, until it says `incomplete`, `end` or `refused`.
public struct BodyDecoder {
    /// One step through the body.
    public enum Step {
        /// A piece of the body; `taken` bytes of input are done with.
        case piece(gt_bytes, taken: Int)
        /// The body is complete; trailers, if any, are in the table.
        case end(taken: Int)
        /// `taken` bytes are done with; the rest must be offered again, with more.
        case incomplete(taken: Int)
        /// The bytes break a rule or a limit.
        case refused(Refusal)
    }

    private enum Mode {
        case length
        case chunked
    }

    private var mode = Mode.length
    private var remaining: Int64 = 0
    private var total: Int64 = 0
    private var framing = ChunkFraming()

    /// A decoder of an empty body.
    public init() {}

    /// A decoder for the body that `head` announces.
    public init(_ head: RequestHead) {
        if head.contentLength < 0 {
            self.mode = .chunked
        } else {
            self.remaining = head.contentLength
        }
    }

    /// Whether there is nothing to decode.
    public var isEmpty: Bool {
        self.mode == .length && self.remaining == 0
    }

    /// Bytes of body still to come; -1 if only its end will tell.
    public var bytesToCome: Int64 {
        self.mode == .length ? self.remaining : -1
    }

    /// Takes one step.
    ///
    /// A piece is never empty, and never longer than the input or `pieceSize`. All input there is must be offered: a
    /// trailer section is taken, or refused as too long, only as a whole.
    public mutating func next(
        _ bytes: UnsafePointer<UInt8>,
        count: Int,
        pieceSize: Int = .max,
        limits: RequestLimits,
        table: HeaderTable
    ) -> Step {
        switch self.mode {
        case .length: self.nextOfLength(bytes, min(count, pieceSize), table)
        case .chunked: self.nextOfChunked(bytes, count, pieceSize, limits, table)
        }
    }

    private mutating func nextOfLength(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ table: HeaderTable) -> Step {
        if self.remaining == 0 {
            // It may still hold the head's views, which are dead.
            table.removeAll()
            return .end(taken: 0)
        }
        if count == 0 { return .incomplete(taken: 0) }
        let size = Int(min(Int64(count), self.remaining))
        self.remaining -= Int64(size)
        return .piece(gt_bytes(data: bytes, size: size), taken: size)
    }

    private mutating func nextOfChunked(
        _ bytes: UnsafePointer<UInt8>,
        _ count: Int,
        _ pieceSize: Int,
        _ limits: RequestLimits,
        _ table: HeaderTable
    ) -> Step {
        var index = 0
        while true {
            if self.framing.isInData {
                if self.remaining == 0 {
                    self.framing.dataEnded()
                    continue
                }
                if index == count { return .incomplete(taken: index) }
                let size = Int(min(Int64(min(count &- index, pieceSize)), self.remaining))
                self.remaining -= Int64(size)
                return .piece(gt_bytes(data: bytes + index, size: size), taken: index &+ size)
            }
            switch self.framing.parse(bytes, &index, count) {
            case .more:
                return .incomplete(taken: index)
            case .chunk(let size):
                let (sum, overflow) = self.total.addingReportingOverflow(size)
                if overflow || sum > limits.body { return .refused(Refusal(413, "the body is longer than the limit")) }
                self.total = sum
                self.remaining = size
            case .last:
                return self.trailers(bytes, index, count, limits, table)
            case .refused(let refusal):
                return .refused(refusal)
            }
        }
    }

    /// The trailer section is parsed as a whole, so its bytes are not taken until its empty line is there.
    private func trailers(
        _ bytes: UnsafePointer<UInt8>,
        _ start: Int,
        _ count: Int,
        _ limits: RequestLimits,
        _ table: HeaderTable
    ) -> Step {
        var index = start
        let end = start &+ min(count &- start, limits.head)
        let result = FieldParser.parse(bytes, from: &index, to: end, limits: limits, table: table) { name, _ in
            TrailerFields.isForbidden(name) ? .bad("a trailer that may only stand in the head") : nil
        }
        switch result {
        case .complete:
            return .end(taken: index)
        case .incomplete:
            return end < count ? .refused(.headTooLarge) : .incomplete(taken: start)
        case .refused(let refusal):
            return .refused(refusal)
        }
    }
}

/// Fields that decide framing, routing or rights, and therefore never come behind a body (RFC 9110, 6.5.1).
enum TrailerFields {
    static func isForbidden(_ name: gt_bytes) -> Bool {
        let forbidden: [StaticString] = [
            "content-length", "transfer-encoding", "host", "connection", "expect", "te", "trailer", "upgrade",
            "authorization", "proxy-authorization", "cookie",
        ]
        return forbidden.contains { ByteScan.matches(name.data, count: name.size, $0) }
    }
}
