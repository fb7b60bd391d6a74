// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TornadoCore

/// Something that belongs to the thread of the loop on which it was made, inside of a value that may travel.
///
/// - Note: The unchecked conformance is sound because the value is only handed out on that thread (elsewhere there is none),
///   and is sent back there to be released. Where that loop is closed by then, it is never released.
final class LoopBound<Value>: @unchecked Sendable {
    private final class Holder {
        let value: Value

        init(_ value: Value) { self.value = value }
    }

    private let loop = IOLoop.current
    /// Owned by this object, unmanaged so that its release can be left to the loop.
    private let holder: Unmanaged<Holder>

    init(_ value: Value) {
        self.holder = Unmanaged.passRetained(Holder(value))
    }

    deinit {
        guard !self.loop.isOnThread else { return self.holder.release() }
        nonisolated(unsafe) let holder = self.holder
        self.loop.addCallback { holder.release() }
    }

    /// The value, on the thread that it belongs to; nil on others.
    var value: Value? { self.loop.isOnThread ? self.holder.takeUnretainedValue().value : nil }
}
