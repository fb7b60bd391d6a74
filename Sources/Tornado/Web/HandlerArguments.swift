// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What a route gives to each of its handlers' `initialize`.
///
/// ```swift
/// Application([.url("/story", Story.self, ["database": database])])
/// // in Story
/// override func initialize(_ arguments: HandlerArguments) throws {
///     database = try arguments.value("database")
/// }
/// ```
public struct HandlerArguments: ExpressibleByDictionaryLiteral {
    private var values: [String: Any] = [:]

    /// No arguments.
    public init() {}

    /// Arguments by name.
    public init(dictionaryLiteral elements: (String, Any)...) {
        for (name, value) in elements { self.values[name] = value }
    }

    /// The argument of that name, of whatever type.
    public subscript(name: String) -> Any? {
        get { self.values[name] }
        set { self.values[name] = newValue }
    }

    /// The argument of that name as a `Value`.
    ///
    /// - Throws: `HandlerArgumentError` if there is none or it is of another type.
    public func value<Value>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        guard let value = self.values[name] else {
            throw HandlerArgumentError(message: "The route gives no argument \"\(name)\".")
        }
        guard let typed = value as? Value else {
            let found = Swift.type(of: value)
            throw HandlerArgumentError(message: "The route's argument \"\(name)\" is \(found), not \(Value.self).")
        }
        return typed
    }
}

/// A route and its handler do not agree on arguments.
public struct HandlerArgumentError: Error, CustomStringConvertible, Sendable {
    /// What is missing or wrong, in a sentence.
    public let message: String
    /// The sentence.
    public var description: String { self.message }
}
