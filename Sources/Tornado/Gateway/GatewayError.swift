// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What a gateway application does wrong, or cannot do where it runs.
public struct GatewayError: Error, CustomStringConvertible, Sendable {
    /// What was wrong, in a sentence that names the call and the rule.
    public let message: String

    init(_ message: String) {
        self.message = message
    }

    /// The sentence.
    public var description: String { self.message }
}
