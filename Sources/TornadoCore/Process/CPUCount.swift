// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CProviderKit

/// How many processors this process may run on, 1 or more.
///
/// ```swift
/// let workers = cpuCount()
/// ```
public func cpuCount() -> Int {
    Int(gt_cpu_count())
}
