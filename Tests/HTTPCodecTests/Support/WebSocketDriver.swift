// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// What a reader makes of input, however it is cut.
struct WebSocketOutcome: Equatable {
    enum Item: Equatable {
        case text([UInt8])
        case binary([UInt8])
        case compressed([UInt8])
        case control(UInt8, [UInt8])
    }

    var items: [Item] = []
    /// The close code of a refusal.
    var refusal: Int?
    /// Why the reader's contract does not hold.
    var broken: String?
}

/// Feeds a reader, as a connection does: what it does not take is offered again with more.
enum WebSocketDriver {
    static func run(
        _ input: [UInt8],
        cuts: [Int] = [],
        side: WebSocketFrameHeader.Reader = .server,
        limit: Int = 1 << 20,
        mayCompress: Bool = false
    ) -> WebSocketOutcome {
        var reader = WebSocketReader(side, maxMessageSize: limit, mayCompress: mayCompress)
        var outcome = WebSocketOutcome()
        var pending: [UInt8] = []
        var message: [UInt8] = []
        var start = 0
        for end in cuts + [input.count] {
            pending += input[start..<end]
            start = end
            let taken = pending.withUnsafeMutableBufferPointer {
                self.feed(&reader, $0, &message, &outcome, limit)
            }
            if outcome.refusal != nil || outcome.broken != nil { return outcome }
            pending.removeFirst(taken)
            if pending.count >= WebSocketFrameHeader.maxSize + WebSocketFrameHeader.maxControlLength {
                outcome.broken = "\(pending.count) bytes left lying"
            }
        }
        return outcome
    }

    private static func feed(
        _ reader: inout WebSocketReader,
        _ bytes: UnsafeMutableBufferPointer<UInt8>,
        _ message: inout [UInt8],
        _ outcome: inout WebSocketOutcome,
        _ limit: Int
    ) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var taken = 0
        while taken < bytes.count {
            switch reader.next(base + taken, count: bytes.count - taken) {
            case .piece(let piece, let size):
                if piece.isFirst != message.isEmpty, piece.isFirst { outcome.broken = "a first piece in a message" }
                message += UnsafeBufferPointer(start: piece.bytes.data, count: piece.bytes.size)
                if message.count > limit { outcome.broken = "\(message.count) bytes passed a limit of \(limit)" }
                taken += size
                guard piece.isLast else { continue }
                outcome.items.append(
                    piece.isCompressed ? .compressed(message) : piece.isText ? .text(message) : .binary(message)
                )
                message = []
            case .control(let opcode, let view, let size):
                let payload = Array(UnsafeBufferPointer(start: view.data, count: view.size))
                if payload.count > 125 { outcome.broken = "a control frame of \(payload.count) bytes" }
                outcome.items.append(.control(opcode.rawValue, payload))
                taken += size
            case .incomplete(let size):
                return taken + size
            case .refused(let violation):
                outcome.refusal = violation.code
                return taken
            }
            if taken > bytes.count { outcome.broken = "more was taken than there is" }
            if outcome.broken != nil { return 0 }
        }
        return taken
    }

    /// A frame.
    static func frame(
        _ opcode: UInt8,
        _ payload: [UInt8] = [],
        final: Bool = true,
        rsv: UInt8 = 0,
        mask: [UInt8]? = [1, 2, 3, 4]
    ) -> [UInt8] {
        var bytes: [UInt8] = [(final ? 0x80 : 0) | rsv << 4 | opcode]
        let masked: UInt8 = mask == nil ? 0 : 0x80
        switch payload.count {
        case ...125: bytes.append(masked | UInt8(payload.count))
        case ...0xFFFF: bytes += [masked | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: bytes += [masked | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        guard let mask else { return bytes + payload }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }
}
