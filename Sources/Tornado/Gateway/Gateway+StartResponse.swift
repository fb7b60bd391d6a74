// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension Gateway {
    /// Begins a gateway application's answer: `start_response`.
    ///
    /// ```swift
    /// let write = try startResponse("200 OK", [("Content-Type", "text/plain")])
    /// try write("first piece")
    /// ```
    ///
    /// Nothing is sent before the first piece of the body that is not empty, or the body's end. Until then a second call
    /// may replace the first, if it says why with `excInfo`; after that it throws `excInfo`.
    public struct StartResponse {
        private let response: GatewayResponse

        init(_ response: GatewayResponse) {
            self.response = response
        }

        /// Sets status and header fields.
        ///
        /// - Parameters:
        ///   - status: Number and phrase: `404 Not Found`. 200 to 599.
        ///   - headers: Fields as they are to be sent. A Date is added, and what framing needs; a Content-Length is held
        ///     to. Fields of the connection (`Connection`, `Transfer-Encoding` and the like) are the server's and refused.
        ///   - excInfo: What made the application give another answer than the one it has begun.
        /// - Returns: A function that sends a piece of the body at once, before those that the application returns.
        /// - Throws: `GatewayError` for a status or field that can't be sent, or for a second call without `excInfo`; and
        ///   `excInfo` if part of the answer was sent.
        @discardableResult
        public func callAsFunction(
            _ status: String,
            _ headers: [(String, String)],
            excInfo: (any Error)? = nil
        ) throws -> Write {
            try self.response.start(status, headers, excInfo)
            return Write(self.response)
        }

        /// Sets status and header fields.
        ///
        /// - Parameters:
        ///   - status: Number and phrase: `404 Not Found`. 200 to 599.
        ///   - headers: Fields as they are to be sent.
        ///   - excInfo: What made the application give another answer than the one it has begun.
        /// - Returns: A function that sends a piece of the body at once.
        /// - Throws: `GatewayError` or `excInfo`, as the other form does.
        @discardableResult
        public func callAsFunction(
            _ status: String,
            _ headers: HTTPHeaders,
            excInfo: (any Error)? = nil
        ) throws -> Write {
            try self(status, headers.getAll().map { ($0.name, $0.value) }, excInfo: excInfo)
        }
    }

    /// Sends a piece of the body at once: what `startResponse` returns.
    ///
    /// In a greenlet it waits for a client that does not keep up; elsewhere the piece is kept until it can be sent.
    public struct Write {
        private let response: GatewayResponse

        init(_ response: GatewayResponse) {
            self.response = response
        }

        /// Sends a piece, text or bytes.
        ///
        /// - Throws: `StreamClosedError` if the client has gone, `GatewayError` if it is more than Content-Length said.
        public func callAsFunction(_ piece: some GatewayPiece) throws {
            try self.response.write(piece.gatewayBytes)
            if GreenletGate.canWait { try self.response.waitUntilDrained() }
        }
    }
}
