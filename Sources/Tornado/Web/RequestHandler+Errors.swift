// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Logging
import TornadoCore

extension RequestHandler {
    /// Answers with an error page, made by `writeError`, and ends the answer.
    ///
    /// Where a part of the answer was sent already the connection is dropped instead: a client must not take a broken
    /// answer for a whole one.
    public final func sendError(_ statusCode: Int = 500, error: (any Error)? = nil) {
        guard !self.isFinished else {
            _ = self.mayWrite("sendError")
            return
        }
        guard !self.areHeadersWritten else { return self.breakOff() }
        self.clear()
        self.setStatus(statusCode, reason: (error as? any HTTPStatusError)?.reason)
        do {
            if let error = error as? MethodNotAllowed {
                try self.setHeader("Allow", error.allowed.joined(separator: ", "))
            } else if let error = error as? CoresFull {
                try self.setHeader("Retry-After", error.retryAfter)
            }
            try self.writeError(Int(self.status), error: error)
        } catch {
            Log.application.error("writeError() of \(type(of: self)) failed: \(LogText.escaped("\(error)"))")
            self.dropBody()
        }
        if !self.isFinished { self.finish() }
    }

    private func breakOff() {
        if self.request.exchange != nil {
            Log.application.error(
                "\(LogText.summary(of: self.request)): an error after the answer was begun; the connection is dropped."
            )
        }
        self.isFinished = true
        self.request.abort()
        self.completed()
    }

    /// Whatever a handler threw ends here.
    final func handle(_ error: any Error) {
        if error is Finish {
            if !self.isFinished { self.finish() }
            return
        }
        if self.isEndedByClient { return self.endQuietly() }
        self.logException(error)
        guard !self.isFinished else { return }
        self.sendError((error as? any HTTPStatusError)?.statusCode ?? 500, error: error)
    }

    final func logStandardException(_ error: any Error) {
        switch error {
        case is StreamClosedError:
            Log.general.debug("\(LogText.summary(of: self.request)): the client has gone.")
        case let error as any HTTPStatusError:
            guard let message = error.logMessage else { return }
            let summary = LogText.summary(of: self.request)
            Log.general.warning("\(error.statusCode) \(summary): \(LogText.escaped(message))")
        default:
            let summary = LogText.summary(of: self.request)
            Log.application.error("Uncaught error \(summary): \(LogText.escaped(self.describe(error)))")
        }
    }

    /// The error's type and what it says.
    private func describe(_ error: any Error) -> String { "\(String(reflecting: type(of: error))): \(error)" }

    /// Tornado's error page; with `serveTraceback`, what was thrown, as plain text.
    final func writeStandardError(_ statusCode: Int, _ error: (any Error)?) throws {
        if self.settings.serveTraceback, let error {
            try self.setHeader("Content-Type", "text/plain; charset=UTF-8")
            self.write("\(self.describe(error))\n")
            return
        }
        let title = "\(statusCode): \(xhtmlEscape(self.reason ?? StatusPhrase.of(statusCode)))"
        self.write("<html><title>\(title)</title><body>\(title)</body></html>")
    }
}
