// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Logging
import TornadoCore

/// One call of a gateway application: from the function to the last piece of its body.
final class GatewayExchange {
    private let request: HTTPServerRequest
    private let response: GatewayResponse
    private var body: GatewayBody?
    private var sent = 0

    init(_ request: HTTPServerRequest, _ response: GatewayResponse) {
        self.request = request
        self.response = response
    }

    /// Calls the application and sends what it returns.
    func run(_ application: () throws -> GatewayBody) {
        do {
            let body = try application()
            self.response.expect(body.count)
            self.body = body
        } catch {
            return self.failed(error)
        }
        self.sendBody()
    }

    /// Sends piece after piece while the client keeps up.
    ///
    /// A greenlet waits here for a slow client. Outside of one the server calls back when there is room again, and nothing
    /// of the body is made meanwhile.
    private func sendBody() {
        guard let body else { return }
        do {
            while let piece = body.next() {
                self.sent += piece.count
                // The last one takes the end with it: a body in one piece leaves with its head, in one go.
                if self.sent == body.count { return try self.finish(piece) }
                try self.response.write(piece)
                guard self.response.isFull else { continue }
                guard GreenletGate.canWait else { return self.request.whenDrained { self.sendBody() } }
                try self.response.waitUntilDrained()
            }
            try self.finish([])
        } catch {
            self.failed(error)
        }
    }

    private func finish(_ piece: [UInt8]) throws {
        // The sequence is let go before the client is told that it has everything.
        self.body = nil
        try self.response.end(piece)
        AccessLog.log(self.response.status, self.request)
    }

    private func failed(_ error: any Error) {
        self.body = nil
        let summary = LogText.summary(of: self.request)
        if self.request.endInterrupt() {
            Log.general.debug("\(summary): the client has gone.")
            if !self.response.isBegun { AccessLog.log(Int(RequestHandler.clientClosedRequest), self.request) }
            return self.request.abort()
        }
        if error is StreamClosedError {
            Log.general.debug("\(summary): the client has gone.")
        } else {
            let what = LogText.escaped("\(String(reflecting: type(of: error))): \(error)")
            Log.application.error("Uncaught error of the gateway application, \(summary): \(what)")
        }
        guard !self.response.isBegun else { return self.request.abort() }
        do {
            try self.response.fail()
            AccessLog.log(500, self.request)
        } catch {
            self.request.abort()
        }
    }
}
