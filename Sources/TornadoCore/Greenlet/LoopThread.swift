// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import ProviderKit

/// The thread that an object belongs to, which is a loop's.
struct LoopThread {
    private let thread = pthread_self()

    @inline(__always)
    var isCurrent: Bool { pthread_equal(self.thread, pthread_self()) != 0 }

    @inline(__always)
    func check(_ name: StaticString) {
        if !self.isCurrent { Self.trap(name) }
    }

    @inline(never)
    private static func trap(_ name: StaticString) -> Never {
        ProviderKit.trap(
            """
            \(name) was called on another thread than its object's. Greenlets, and what they wait for, belong to the \
            thread of one event loop; from others, use loop.addCallback { ... }, or set() of an Event or AsyncResult.
            """
        )
    }
}
