// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CProviderKit

/// A `gt_loop *` of this module, and the engine behind it.
///
/// The handle points to a `gt_loop_head`, which holds one reference to the engine from `make` to `destroy`. The seam
/// promises that nobody uses a handle after `close`, and that only callbacks are added from other threads; so borrowing
/// the engine for the length of a call, without a reference of its own, is sound.
enum LoopHandle {
    static func make(_ engine: LoopEngine) -> OpaquePointer {
        let head = UnsafeMutablePointer<gt_loop_head>.allocate(capacity: 1)
        head.initialize(
            to: gt_loop_head(
                ring: engine.callbacks.ring,
                engine: Unmanaged.passRetained(engine).toOpaque(),
                pulse: engine.pulse
            )
        )
        return OpaquePointer(head)
    }

    static func destroy(_ loop: OpaquePointer) {
        let head = UnsafeMutablePointer<gt_loop_head>(loop)
        Unmanaged<LoopEngine>.fromOpaque(head.pointee.engine).release()
        head.deallocate()
    }

    @inline(__always)
    static func with<Result>(_ loop: OpaquePointer, _ body: (LoopEngine) -> Result) -> Result {
        Unmanaged<LoopEngine>.fromOpaque(UnsafeMutablePointer<gt_loop_head>(loop).pointee.engine)
            ._withUnsafeGuaranteedRef(body)
    }
}
