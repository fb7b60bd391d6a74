// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A pattern, read.
package indirect enum PatternTree {
    case set(ByteSet)
    case sequence([PatternTree])
    case choice([PatternTree])
    /// A counting group and its number.
    case group(Int, PatternTree)
    /// `most` nil: without limit.
    case repeated(PatternTree, least: Int, most: Int?, greedy: Bool)
}
