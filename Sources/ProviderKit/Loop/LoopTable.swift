// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import CProviderKit
import Glibc

/// A loop's functions as the seam wants them.
public enum LoopTable {
    /// Fills in everything but `name`, `current` and `close`, which need to know the provider.
    public static func fill(_ table: inout gt_ioloop) {
        table.size = UInt32(MemoryLayout<gt_ioloop>.size)
        table.version = 1
        self.fillRunning(&table)
        self.fillHandlers(&table)
        self.fillCallbacks(&table)
    }

    private static func fillRunning(_ table: inout gt_ioloop) {
        table.backend = { loop in loop.flatMap { LoopHandle.with($0) { $0.poller.backend } } }
        table.start = { loop in
            guard let loop else { return -EINVAL }
            return LoopHandle.with(loop) { $0.start() }
        }
        table.stop = { loop in
            if let loop { LoopHandle.with(loop) { $0.stop() } }
        }
        table.is_running = { loop in
            guard let loop else { return 0 }
            return LoopHandle.with(loop) { $0.isRunning ? 1 : 0 }
        }
        table.run_once = { loop, deadline in
            guard let loop, !deadline.isNaN else { return -EINVAL }
            return LoopHandle.with(loop) { $0.runOnce(until: deadline) }
        }
        table.pending = { loop in loop.map { LoopHandle.with($0) { $0.pending } } ?? 0 }
        table.after_fork = { loop in
            guard let loop else { return -EINVAL }
            return LoopHandle.with(loop) { $0.renew() }
        }
    }

    private static func fillHandlers(_ table: inout gt_ioloop) {
        table.add_handler = { loop, fd, events, callback, context in
            let isBackground = events & UInt32(GT_BACKGROUND) != 0
            let readiness = events & UInt32(GT_READINESS) != 0
            let events = events & ~UInt32(GT_BACKGROUND | GT_READINESS)
            guard let loop, let callback, LoopTable.isValid(events) else { return -EINVAL }
            guard fd >= 0 else { return -EBADF }
            return LoopHandle.with(loop) { engine in
                let code = engine.poller.add(fd, events, readiness: readiness, callback, context)
                if code == 0, isBackground { engine.background.insert(fd) }
                return code
            }
        }
        table.update_handler = { loop, fd, events in
            guard let loop, LoopTable.isValid(events) else { return -EINVAL }
            guard fd >= 0 else { return -EBADF }
            return LoopHandle.with(loop) { $0.poller.update(fd, events) }
        }
        table.remove_handler = { loop, fd in
            guard let loop else { return -EINVAL }
            guard fd >= 0 else { return -EBADF }
            return LoopHandle.with(loop) { engine in
                if !engine.background.isEmpty { engine.background.remove(fd) }
                return engine.poller.remove(fd)
            }
        }
    }

    private static func fillCallbacks(_ table: inout gt_ioloop) {
        table.add_callback = { loop, callback, context in
            guard let loop, let callback else { return -EINVAL }
            LoopHandle.with(loop) { $0.addCallback(callback, context) }
            return 0
        }
        table.add_callback_from_signal = gt_add_callback_from_signal
        table.call_at = { loop, when, callback, context in
            guard let loop, let callback, !when.isNaN else {
                errno = EINVAL
                return nil
            }
            return OpaquePointer(LoopHandle.with(loop) { $0.callAt(when, callback, context) })
        }
        table.remove_timeout = { loop, timeout in
            guard let loop, let timeout else { return }
            LoopHandle.with(loop) { $0.removeTimeout(UnsafeMutableRawPointer(timeout)) }
        }
        table.time = { _ in MonotonicClock.now }
    }

    private static func isValid(_ events: UInt32) -> Bool {
        events & ~UInt32(GT_READ | GT_WRITE | GT_ERROR) == 0
    }
}
