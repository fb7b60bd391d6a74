// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A route: a pattern for paths, and what answers them.
///
/// ```swift
/// .url("/story/([0-9]+)", Story.self, ["database": database], name: "story")
/// ```
///
/// See `PathPattern` for patterns. What a group matches reaches the handler as `pathArguments`, of a named group
/// `(?P<name>[^/]+)` also as `pathNames["name"]`, percent-decoded.
public struct URLSpec {
    /// The pattern, as given.
    public let patternText: String
    /// The class that answers.
    public let handlerClass: RequestHandler.Type
    /// Given to `initialize`.
    public let arguments: HandlerArguments
    /// For `reverseURL`.
    public let name: String?
    let pattern: PathPattern

    /// A route.
    ///
    /// A pattern that is no regular expression is a mistake in the app and ends the program with a paragraph that says
    /// what is wrong; make a `PathPattern` yourself to check text that is not a literal.
    public init(_ pattern: String, _ handler: RequestHandler.Type, _ arguments: HandlerArguments = [:], name: String?) {
        self.patternText = pattern
        self.pattern = PathPattern.orTrap(pattern, "URLSpec")
        self.handlerClass = handler
        self.arguments = arguments
        self.name = name
    }

    /// A route to a handler class.
    public static func url(
        _ pattern: String,
        _ handler: RequestHandler.Type,
        _ arguments: HandlerArguments = [:],
        name: String? = nil
    ) -> URLSpec {
        URLSpec(pattern, handler, arguments, name: name)
    }

    /// A route that answers with an error page.
    public static func error(_ pattern: String, _ statusCode: Int) -> URLSpec {
        URLSpec(pattern, ErrorHandler.self, ["statusCode": statusCode], name: nil)
    }

    /// A route that sends clients elsewhere: see `RedirectHandler`.
    public static func redirect(_ pattern: String, to url: String, permanent: Bool = true) -> URLSpec {
        URLSpec(pattern, RedirectHandler.self, ["url": url, "permanent": permanent], name: nil)
    }

    /// A route to a function that answers through `request.connection`: see `FallbackHandler`.
    public static func fallback(
        _ pattern: String,
        _ function: @escaping (HTTPServerRequest) throws -> Void
    ) -> URLSpec {
        URLSpec(pattern, FallbackHandler.self, ["fallback": function], name: nil)
    }

    func reverse(_ arguments: [String]) throws -> String {
        try self.pattern.reverse(arguments)
    }
}

/// A route that can't be found or filled in.
public struct RoutingError: Error, CustomStringConvertible, Sendable {
    /// What is wrong, in a sentence.
    public let message: String
    /// The sentence.
    public var description: String { self.message }
}
