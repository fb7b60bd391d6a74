// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Synchronization

/// Keeps a loop from being freed while other threads are inside a call to it: a count of those, and a mark.
///
/// They do not keep each other waiting; only closing waits, for calls that are a few instructions long.
struct ClosingGate: ~Copyable {
    private static let closed: UInt = 1 << (UInt.bitWidth - 1)
    private let state = Atomic<UInt>(0)

    /// Runs `body` unless the gate is closed, in which case the result is null.
    func ifOpen<Result>(_ body: () -> Result) -> Result? {
        let before = self.state.add(1, ordering: .acquiring).oldValue
        defer { self.state.subtract(1, ordering: .releasing) }
        return before & Self.closed == 0 ? body() : nil
    }

    /// Lets nobody in any more, and waits until all have left.
    func close() {
        self.state.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing)
        while self.state.load(ordering: .acquiring) & ~Self.closed != 0 { sched_yield() }
    }

    /// Takes ``close()`` back.
    func open() {
        self.state.bitwiseAnd(~Self.closed, ordering: .releasing)
    }
}
