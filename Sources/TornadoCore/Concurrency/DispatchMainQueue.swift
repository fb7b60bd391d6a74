// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

/// Serves Dispatch's main queue on the loop, so that `DispatchQueue.main.async` works where the app uses Dispatch.
///
/// The two functions are what Foundation's run loop uses; they are looked up, so that nobody links Dispatch for this.
enum DispatchMainQueue {
    private typealias GetHandle = @convention(c) () -> Int32
    private typealias Drain = @convention(c) (UnsafeMutableRawPointer?) -> Void

    /// Begins to serve it; to be called on the main thread, whose queue it is.
    static func watch(on loop: IOLoop) {
        guard let getHandle = dlsym(nil, "_dispatch_get_main_queue_handle_4CF"),
            let drain = dlsym(nil, "_dispatch_main_queue_callback_4CF")
        else { return }
        // Both are functions of these types in every libdispatch for Linux.
        let descriptor = unsafeBitCast(getHandle, to: GetHandle.self)()
        guard descriptor >= 0 else { return }
        _ = loop.table.pointee.add_handler(
            loop.handle,
            descriptor,
            UInt32(GT_READ | GT_BACKGROUND | GT_READINESS),
            { descriptor, _, drain in
                var count: UInt64 = 0
                _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
                guard let drain else { return }
                unsafeBitCast(drain, to: Drain.self)(nil)
            },
            drain
        )
    }
}
