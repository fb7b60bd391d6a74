// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// Puts an answer together from what arrives.
struct ClientAnswerReader {
    enum State {
        case incomplete
        case whole(ClientAnswer)
        case refused(Refusal)
    }

    private var reader: ResponseReader
    private let table = HeaderTable()
    private var answer = ClientAnswer()
    /// What arrived and was not taken yet: a part of the head, or of what frames the body.
    private var untaken: [UInt8] = []

    init(isHeadRequest: Bool, _ limits: RequestLimits) {
        self.reader = ResponseReader(isHeadRequest: isHeadRequest, limits: limits)
    }

    mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) -> State {
        guard !self.untaken.isEmpty else { return self.read(bytes) }
        let all = self.untaken + bytes
        self.untaken = []
        return all.withUnsafeBufferPointer { self.read($0) }
    }

    mutating func inputEnded() -> State {
        switch self.reader.inputEnded() {
        case .refused(let refusal): .refused(refusal)
        default: .whole(self.answer)
        }
    }

    private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) -> State {
        guard var place = bytes.baseAddress else { return .incomplete }
        let end = place + bytes.count
        while true {
            switch self.reader.next(place, count: end - place, table: self.table) {
            case .head(let head, let taken):
                self.answer.status = head.status
                self.answer.reason = head.reason.latin1
                self.answer.headers = HTTPHeaders(
                    UnsafeBufferPointer(start: self.table.entries, count: self.table.count)
                )
                place += taken
            case .piece(let view, let taken):
                self.answer.body += view.buffer
                place += taken
            case .end:
                return .whole(self.answer)
            case .incomplete(let taken):
                self.untaken = Array(UnsafeBufferPointer(start: place + taken, count: end - place - taken))
                return .incomplete
            case .refused(let refusal):
                return .refused(refusal)
            }
        }
    }
}
