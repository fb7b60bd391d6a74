// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Synchronization

/// How many requests the runner lets into greenlets at once, and what the rest see: what `gt_host` says.
package struct HostCores: Sendable {
    /// 0 is no limit.
    package var limit = 0
    /// One of the header's `GT_FULL_...`.
    package var whenFull = UInt32(GT_FULL_WAIT)
    /// How many may wait, with `GT_FULL_QUEUE`.
    package var queueLimit = 0

    private static let said = Mutex(HostCores())

    /// What the runner has said; no limit where there is no runner, or one that does not know of cores.
    package static var current: HostCores { Self.said.withLock { $0 } }

    /// Remembers what a runner says.
    static func take(_ host: UnsafePointer<gt_host>?) {
        let end = MemoryLayout<gt_host>.offset(of: \.reserved) ?? Int.max
        guard let host, Int(host.pointee.size) >= end else { return }
        let cores = HostCores(
            limit: Int(host.pointee.cores),
            whenFull: host.pointee.when_full,
            queueLimit: Int(host.pointee.queue_limit)
        )
        Self.said.withLock { $0 = cores }
    }
}
