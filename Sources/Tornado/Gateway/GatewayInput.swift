// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The part of a request's body that has arrived and was not read yet, and the wait for more.
final class GatewayInput {
    private let request: HTTPServerRequest
    private let gate = GreenletGate()
    private var buffer: [UInt8] = []
    /// Where the unread part begins.
    private var start = 0

    private var unread: Int { self.buffer.count - self.start }

    init(_ request: HTTPServerRequest) {
        self.request = request
    }

    /// So many bytes, or all up to the body's end; a negative number is all.
    func take(upTo count: Int) throws -> [UInt8] {
        let count = count < 0 ? .max : count
        while self.unread < count, try self.receive() {}
        return self.removeFirst(min(count, self.unread))
    }

    /// The bytes up to and with a line feed, but no more than `count`.
    func takeLine(upTo count: Int) throws -> [UInt8] {
        let count = count < 0 ? .max : count
        var looked = 0
        while true {
            if let end = self.buffer[(self.start + looked)...].firstIndex(of: 0x0A) {
                return self.removeFirst(min(count, end + 1 - self.start))
            }
            looked = self.unread
            guard looked < count, try self.receive() else { return self.removeFirst(min(count, looked)) }
        }
    }

    private func removeFirst(_ count: Int) -> [UInt8] {
        let piece = Array(self.buffer[self.start..<(self.start + count)])
        self.start += count
        if self.start == self.buffer.count {
            self.buffer = []
            self.start = 0
        }
        return piece
    }

    /// Waits for a piece of the body; false at its end.
    private func receive() throws -> Bool {
        while true {
            let piece = self.request.takeBody()
            if !piece.isEmpty {
                self.append(piece)
                return true
            }
            if self.request.exchange == nil || self.request.isAnswered { throw StreamClosedError() }
            guard self.request.awaitsBody else { return false }
            self.request.wantBody(true)
            self.request.whenBodyArrives { [gate] in gate.open() }
            try self.gate.wait("wsgi.input")
        }
    }

    private func append(_ piece: [UInt8]) {
        if self.start > 0 { self.buffer.removeFirst(self.start) }
        self.start = 0
        if self.buffer.isEmpty { self.buffer = piece } else { self.buffer += piece }
    }
}

extension HTTPServerRequest {
    /// Bytes of unread body at which the client is asked for no more.
    private static let unreadLimit = 256 * 1024

    /// What has arrived of the body since the last call.
    func takeBody() -> [UInt8] {
        let piece = self.body
        if !piece.isEmpty { self.body = [] }
        return piece
    }

    /// Calls `callback` once when there is more of the body, or there will never be.
    func whenBodyArrives(_ callback: @escaping () -> Void) {
        self.parsed.bodyWaiter = callback
    }

    /// A piece has arrived while the callback reads, or the body or the exchange has ended.
    func tellBodyWaiter() {
        // Where nobody reads before the body is whole, all of it is collected, up to the server's limit.
        guard self.server.callsBackAtOnce else { return }
        if self.awaitsBody, self.body.count >= Self.unreadLimit { self.wantBody(false) }
        guard let details, let waiter = details.bodyWaiter else { return }
        details.bodyWaiter = nil
        waiter()
    }
}
