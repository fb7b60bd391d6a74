// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Logging
import TornadoCore

extension RequestHandler {
    /// Sets the answer's status.
    ///
    /// - Parameters:
    ///   - status: 200 to 599; anything else becomes 500, and an error in the log.
    ///   - reason: The reason phrase; nil for the standard one. A phrase with a control character is replaced by
    ///     `Unknown`, since it could end the line.
    public final func setStatus(_ status: Int, reason: String? = nil) {
        guard self.mayChangeHead("setStatus") else { return }
        self.status = Int32(truncatingIfNeeded: status)
        self.reason = reason
        if !(200...599).contains(status) {
            Log.application.error("setStatus(\(status)): an answer's status is 200 to 599; 500 is sent.")
            self.status = 500
            self.reason = nil
        }
        if let reason, !reason.isFieldValue {
            Log.application.error("setStatus(\(status)): control characters in the reason phrase; it is replaced.")
            self.reason = "Unknown"
        }
    }

    /// The answer's status.
    public final func getStatus() -> Int { Int(self.status) }

    /// The answer's header fields as they stand, without those that the server adds.
    public final var responseHeaders: HTTPHeaders {
        self.headers
            ?? [
                "Server": "\(RequestHandler.serverName)",
                "Content-Type": "\(RequestHandler.defaultContentType)",
            ]
    }

    /// Sets a header field, replacing those of its name.
    ///
    /// - Throws: `HTTPOutputError` for a name that is no token and for control characters in the value: a line break
    ///   there would let a client's text become another field.
    public final func setHeader(_ name: String, _ value: String) throws {
        try self.changeHeaders("setHeader", name, value) { $0[name] = value }
    }

    /// Sets a header field to a number.
    public final func setHeader(_ name: String, _ value: Int) throws {
        try self.setHeader(name, String(value))
    }

    /// Adds a header field beside others of its name.
    ///
    /// - Throws: `HTTPOutputError`, as `setHeader`.
    public final func addHeader(_ name: String, _ value: String) throws {
        try self.changeHeaders("addHeader", name, value) { $0.add(name, value) }
    }

    /// Removes header fields by name, also those that every answer has.
    public final func clearHeader(_ name: String) {
        guard self.mayChangeHead("clearHeader") else { return }
        if name.equalsIgnoringASCIICase("Date") { self.isDateCleared = true }
        var headers = self.responseHeaders
        headers.remove(name)
        self.headers = headers
    }

    private func changeHeaders(
        _ call: StaticString,
        _ name: String,
        _ value: String,
        _ change: (inout HTTPHeaders) -> Void
    ) throws {
        guard self.mayChangeHead(call) else { return }
        guard name.isToken else {
            throw HTTPOutputError("\(call)(): the name \"\(LogText.escaped(name))\" is no header field's name.")
        }
        guard value.isFieldValue else {
            throw HTTPOutputError("\(call)(): control characters in the value of \(name): \(LogText.escaped(value))")
        }
        var headers = self.responseHeaders
        self.headers = nil
        change(&headers)
        self.headers = headers
    }

    /// Changing a head that was sent is a mistake in the app; it is logged, and harmless.
    private func mayChangeHead(_ call: StaticString) -> Bool {
        guard self.areHeadersWritten else { return true }
        Log.application.error(
            """
            \(call)() on \(type(of: self)) after the answer's head was sent: the call is ignored. \
            Call it before flush() or finish().
            """
        )
        return false
    }

    /// Sends the client to another URL and ends the answer.
    ///
    /// - Parameters:
    ///   - url: Absolute, or relative to the request's.
    ///   - permanent: 301 instead of 302.
    ///   - status: 300 to 399, instead of those.
    /// - Throws: `HTTPOutputError` if the head was sent already or the URL has control characters.
    public final func redirect(_ url: String, permanent: Bool = false, status: Int? = nil) throws {
        guard !self.areHeadersWritten else {
            throw HTTPOutputError("redirect() after the answer's head was sent.")
        }
        let status = status ?? (permanent ? 301 : 302)
        guard (300...399).contains(status) else {
            throw HTTPOutputError("redirect(): \(status) is no status of a redirection (300 to 399).")
        }
        self.setStatus(status)
        try self.setHeader("Location", url)
        self.finish()
    }

    /// Forgets what was written and set, as if the handler had just been made.
    public final func clear() {
        guard self.mayChangeHead("clear") else { return }
        self.status = 200
        self.reason = nil
        self.headers = nil
        self.isDateCleared = false
        self.newCookies = []
        self.dropBody()
        do {
            try self.setDefaultHeaders()
        } catch {
            Log.application.error("setDefaultHeaders() of \(type(of: self)) failed: \(LogText.escaped("\(error)"))")
        }
    }
}
