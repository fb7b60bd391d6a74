// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// What a reader made of the bytes that a server sent.
struct ResponseOutcome: Equatable {
    enum End: Equatable {
        case whole
        /// More is needed, and the server has not closed.
        case waiting
        case refused
    }

    var end = End.waiting
    var status = 0
    var reason = ""
    var fields: [[String]] = []
    var body = ""
    /// Bytes behind the response.
    var rest = 0
}

/// Feeds a response to a reader as a socket would: cut into pieces, what was not taken offered again.
enum ResponseDriver {
    /// Reads `text`, one character a byte, cut at these places; `closes` says whether the server closes behind it.
    static func run(
        _ text: String,
        cuts: [Int] = [],
        isHeadRequest: Bool = false,
        limits: RequestLimits = RequestLimits(),
        closes: Bool = false
    ) -> ResponseOutcome {
        var reader = ResponseReader(isHeadRequest: isHeadRequest, limits: limits)
        var outcome = ResponseOutcome()
        let table = HeaderTable()
        let input = bytes(text)
        var buffer: [UInt8] = []
        var from = 0
        for cut in cuts + [input.count] {
            buffer += input[from..<cut]
            from = cut
            Self.feed(&buffer, &reader, table, &outcome)
        }
        if outcome.end == .waiting, closes {
            if case .end = reader.inputEnded() { outcome.end = .whole } else { outcome.end = .refused }
        }
        outcome.rest = buffer.count
        return outcome
    }

    private static func feed(
        _ buffer: inout [UInt8],
        _ reader: inout ResponseReader,
        _ table: HeaderTable,
        _ outcome: inout ResponseOutcome
    ) {
        while outcome.end == .waiting {
            // A copy of exactly these bytes, so that reading behind them is found out.
            let input = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, buffer.count))
            input.update(from: buffer, count: buffer.count)
            defer { input.deallocate() }
            switch reader.next(input, count: buffer.count, table: table) {
            case .head(let head, let taken):
                outcome.status = head.status
                outcome.reason = latin1(head.reason)
                outcome.fields = (0..<table.count).map { index in
                    [latin1(table.entries[index].name), latin1(table.entries[index].value)]
                }
                buffer.removeFirst(taken)
            case .piece(let view, let taken):
                outcome.body += latin1(view)
                buffer.removeFirst(taken)
            case .end(let taken):
                buffer.removeFirst(taken)
                outcome.end = .whole
            case .incomplete(let taken):
                buffer.removeFirst(taken)
                return
            case .refused:
                outcome.end = .refused
            }
        }
    }
}
