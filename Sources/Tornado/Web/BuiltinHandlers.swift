// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Answers every request with an error page: 404 where nothing else is set.
open class ErrorHandler: RequestHandler {
    private var statusCode = 404

    /// Takes the argument `statusCode`.
    open override func initialize(_ arguments: HandlerArguments) throws {
        if arguments["statusCode"] != nil { self.statusCode = try arguments.value("statusCode") }
    }

    /// Ends the request with the error page.
    open override func prepare() throws {
        throw HTTPError(self.statusCode)
    }

    override var neverWaits: Bool { type(of: self) == ErrorHandler.self }

    /// Every method is answered with the error, none with 405.
    override func perform() {
        do {
            try self.prepare()
            self.methodReturned()
        } catch {
            self.handle(error)
        }
    }
}

/// Hands requests, bodies read, to a function that answers through `request.connection`.
///
/// ```swift
/// .fallback("/old/.*") { request in … }
/// ```
public final class FallbackHandler: RequestHandler {
    private var fallback: ((HTTPServerRequest) throws -> Void)?

    /// Takes the argument `fallback`, a function of an `HTTPServerRequest`.
    public override func initialize(_ arguments: HandlerArguments) throws {
        self.fallback = try arguments.value("fallback")
    }

    /// Gives the request away: from here on it is the function's.
    override func perform() {
        do {
            try self.fallback?(self.request)
            self.isFinished = true
            self.onFinish()
            self.request.handler = nil
        } catch {
            self.areHeadersWritten = self.request.hasAnswerBegun
            self.handle(error)
        }
    }
}
