// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import TornadoCore

/// The pieces of a streamed body on their way from the server to a greenlet, in order.
final class StreamedBody {
    private var chunks: [[UInt8]] = []
    private var received: Int64 = 0
    /// The greenlet, while it waits for a piece.
    private var waiter: OpaquePointer?

    /// A piece has come; no more are wanted until it is taken.
    func add(_ chunk: [UInt8], of request: HTTPServerRequest) {
        self.chunks.append(chunk)
        self.received += Int64(chunk.count)
        // Behind the last byte there is nothing to hold back but the end.
        if self.received != request.head.content_length { request.wantBody(false) }
        self.wake(request)
    }

    /// The next piece; nil at the end of the body.
    ///
    /// Suspends the greenlet that calls it until there is one.
    ///
    /// - Throws: `StreamClosedError` if the client has gone; why the body was refused, if it was; what was thrown into the
    ///   greenlet.
    func next(of request: HTTPServerRequest) throws -> [UInt8]? {
        while self.chunks.isEmpty {
            if request.exchange == nil || request.answer == .lost { throw StreamClosedError() }
            if let error = request.details?.bodyError { throw error }
            if !request.awaitsBody { return nil }
            request.wantBody(true)
            if self.chunks.isEmpty, request.awaitsBody { try self.wait(request) }
        }
        return self.chunks.removeFirst()
    }

    private func wait(_ request: HTTPServerRequest) throws {
        guard let suspend = request.server.suspend else { throw StreamClosedError() }
        self.waiter = suspend.pointee.current()
        defer { self.waiter = nil }
        do {
            _ = try Parking.park(until: .infinity, "RequestHandler.dataReceived")
        } catch {
            // Where that is why it was interrupted, it is the better word.
            throw request.exchange == nil || request.answer == .lost ? StreamClosedError() : error
        }
    }

    /// Something has changed: the greenlet looks again.
    func wake(_ request: HTTPServerRequest) {
        guard let waiter = self.waiter else { return }
        self.waiter = nil
        request.server.suspend?.pointee.unpark(waiter)
    }
}
