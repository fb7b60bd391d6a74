// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

/// The built-in event loop, on epoll.
enum EpollLoop {
    /// The table for the registry's slot `ioloop`.
    ///
    /// Made once, never changed, never freed.
    nonisolated(unsafe) static let table: UnsafePointer<gt_ioloop> = {
        var table = gt_ioloop()
        LoopTable.fill(&table)
        table.name = StaticText.pointer("epoll")
        table.current = { EpollLoop.loops.current() }
        table.close = { loop in loop.map { EpollLoop.loops.close($0) } ?? -EINVAL }
        let place = UnsafeMutablePointer<gt_ioloop>.allocate(capacity: 1)
        place.initialize(to: table)
        return UnsafePointer(place)
    }()

    private static let loops = ThreadLoops { EpollPoller() }
}
