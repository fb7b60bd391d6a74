// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CLibevent
import CProviderKit
import Glibc

/// Ends a wait at a deadline: a timerfd that the base watches.
final class LibeventDeadline {
    private let timer: Int32
    private var event: UnsafeMutablePointer<event>?
    /// What the timer is set to; infinite if it is not.
    private var armed = Double.infinity

    /// Null with `errno` set if the system gives no timer.
    init?(base: OpaquePointer) {
        self.timer = gt_timerfd()
        guard self.timer >= 0 else { return nil }
        self.event = event_new(
            base,
            self.timer,
            Int16(EV_READ | EV_PERSIST),
            { _, _, context in
                // Unretained: the event is freed before its owner.
                guard let context else { return }
                Unmanaged<LibeventDeadline>.fromOpaque(context).takeUnretainedValue().fired()
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        guard let event = self.event, event_add(event, nil) == 0 else {
            self.close()
            errno = ENOMEM
            return nil
        }
    }

    /// Sets it earlier if need be.
    ///
    /// A deadline that is no longer wanted ends one wait in vain, which costs less than setting the timer back would.
    func set(_ deadline: Double) -> Int32 {
        guard deadline < self.armed else { return 0 }
        let code = gt_timerfd_set(self.timer, deadline)
        if code == 0 { self.armed = deadline }
        return code
    }

    /// In the child of a fork: another timer under the same descriptor, set alike.
    func renew() -> Int32 {
        let code = gt_renew(self.timer, gt_timerfd)
        guard code == 0, self.armed < .infinity else { return code }
        return gt_timerfd_set(self.timer, self.armed)
    }

    func close() {
        guard let event = self.event else { return }
        self.event = nil
        event_free(event)
        Glibc.close(self.timer)
    }

    private func fired() {
        var count: UInt64 = 0
        _ = read(self.timer, &count, MemoryLayout<UInt64>.size)
        self.armed = .infinity
    }
}
