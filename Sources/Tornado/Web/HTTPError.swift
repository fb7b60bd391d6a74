// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// An error that says with which status a request is to be answered.
///
/// Conform your own errors to it to have them answered so when a handler throws them.
public protocol HTTPStatusError: Error {
    /// 400 to 599.
    var statusCode: Int { get }
    /// The reason phrase; nil for the standard one.
    var reason: String? { get }
    /// What the log says; the client never sees it. Nil for nothing.
    var logMessage: String? { get }
}

extension HTTPStatusError {
    /// The standard phrase.
    public var reason: String? { nil }
    /// Nothing is logged beside the access line.
    public var logMessage: String? { nil }
}

/// Ends a request with an error page: `throw HTTPError(404)`.
public struct HTTPError: HTTPStatusError, CustomStringConvertible, Sendable {
    /// 400 to 599.
    public let statusCode: Int
    /// The reason phrase; nil for the standard one.
    public let reason: String?
    /// What the log says; the client never sees it.
    public let logMessage: String?

    /// An error to throw from a handler.
    public init(_ statusCode: Int = 500, _ logMessage: String? = nil, reason: String? = nil) {
        self.statusCode = statusCode
        self.logMessage = logMessage
        self.reason = reason
    }

    /// A line for the log.
    public var description: String {
        "HTTP \(self.statusCode): \(self.reason ?? StatusPhrase.of(self.statusCode))"
            + (self.logMessage.map { " (\($0))" } ?? "")
    }
}

/// An argument that a handler needs and the client did not send; answered with 400.
public struct MissingArgumentError: HTTPStatusError, CustomStringConvertible, Sendable {
    /// The argument's name.
    public let argName: String
    /// 400.
    public var statusCode: Int { 400 }
    /// Names the argument.
    public var logMessage: String? { "Missing argument \(self.argName)" }
    /// Names the argument.
    public var description: String { "HTTP 400: Missing argument \(self.argName)" }
}

/// Ends a request as it stands, without an error page: `throw Finish()`.
public struct Finish: Error, Sendable {
    /// Nothing to say.
    public init() {}
}

extension HTTPInputError: HTTPStatusError {
    /// 400.
    public var statusCode: Int { 400 }
    /// The sentence.
    public var logMessage: String? { self.message }
}
