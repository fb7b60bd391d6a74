// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

extension HTTPRequest {
    /// Fields that framing needs, which the client sets itself: a wrong one would let a body pass for a request.
    private static let reserved: Set<String> = ["connection", "content-length", "transfer-encoding", "upgrade"]

    /// The bytes to send: the request line, the fields and the body.
    ///
    /// Throws `HTTPClientError` for what can't be sent as it is.
    func wire(to url: ClientURL) throws -> [UInt8] {
        guard self.method.isToken else { throw self.error("the method \"\(self.method)\" is not a token") }
        var text = "\(self.method) \(url.target) HTTP/1.1\r\n"
        if !self.headers.contains("Host") { text += "Host: \(url.authority)\r\n" }
        if !self.headers.contains("User-Agent") { text += "User-Agent: gtornado/\(gtornadoVersion)\r\n" }
        text += "Connection: close\r\n"
        for (name, value) in self.headers.getAll() {
            guard name.isToken, value.isFieldValue else {
                throw self.error("the field \"\(name)\" can't be sent as it is")
            }
            guard !Self.reserved.contains(name.lowercased()) else { throw self.error("the client sets \(name) itself") }
            text += "\(name): \(value)\r\n"
        }
        // Methods that have a body say so even if it is empty.
        if self.body != nil || ["POST", "PUT", "PATCH"].contains(self.method) {
            text += "Content-Length: \(self.body?.count ?? 0)\r\n"
        }
        return Array((text + "\r\n").utf8) + (self.body ?? [])
    }

    private func error(_ why: String) -> HTTPClientError {
        HTTPClientError(.request, "Cannot fetch \(LogText.escaped(self.url)): \(LogText.escaped(why)).")
    }
}
