// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Why libevent cannot wait as it was told to.
public struct LibeventLoopError: Error, CustomStringConvertible, Equatable {
    /// What is wrong, and what would be right.
    public let description: String
}
