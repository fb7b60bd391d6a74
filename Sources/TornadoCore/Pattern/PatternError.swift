// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Why a pattern can't be used.
public struct PatternError: Error, CustomStringConvertible, Sendable {
    /// What is wrong and where, in a sentence.
    public let message: String
    /// The sentence.
    public var description: String { self.message }
}
