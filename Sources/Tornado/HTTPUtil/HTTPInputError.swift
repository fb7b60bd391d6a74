// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Something malformed in what a client sent; answered with 400 unless a handler catches it.
public struct HTTPInputError: Error, CustomStringConvertible, Sendable {
    /// What is wrong, in a sentence for the log.
    public let message: String

    /// An error with a sentence for the log.
    public init(_ message: String) {
        self.message = message
    }

    /// The sentence.
    public var description: String { self.message }
}
