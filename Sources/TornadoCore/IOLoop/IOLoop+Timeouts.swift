// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

extension IOLoop {
    /// Runs `callback` once when ``time()`` has reached `when`; equal times in the order they were set.
    ///
    /// A time in the past means the next turn. `when` must be a number; infinity is never.
    @discardableResult
    public func callAt(_ when: Double, _ callback: @escaping () throws -> Void) -> Timeout {
        self.checkThread("IOLoop.callAt")
        demand(!when.isNaN, "IOLoop.callAt was given a deadline that is not a number (NaN).")
        demand(!self.isClosed, "IOLoop.callAt was called on a closed event loop; IOLoop.current makes a new one.")
        let timeout = Timeout(self, callback)
        let handle = self.table.pointee.call_at(
            self.handle,
            when,
            Timeout.fire,
            Unmanaged.passUnretained(timeout).toOpaque()
        )
        guard let handle else {
            trap("The event loop took no timeout: \(String(cString: strerror(errno))).")
        }
        timeout.handle = handle
        self.timeouts.insert(timeout)
        return timeout
    }

    /// Runs `callback` once after `delay` seconds.
    @discardableResult
    public func callLater(_ delay: Double, _ callback: @escaping () throws -> Void) -> Timeout {
        self.callAt(self.time() + delay, callback)
    }

    /// Runs `callback` once after `delay`.
    @discardableResult
    public func callLater(_ delay: Duration, _ callback: @escaping () throws -> Void) -> Timeout {
        self.callAt(self.time() + delay.inSeconds, callback)
    }

    /// Runs `callback` once when ``time()`` has reached `deadline`: ``callAt(_:_:)`` under its older name.
    @discardableResult
    public func addTimeout(_ deadline: Double, _ callback: @escaping () throws -> Void) -> Timeout {
        self.callAt(deadline, callback)
    }

    /// Runs `callback` once after `delay`.
    @discardableResult
    public func addTimeout(_ delay: Duration, _ callback: @escaping () throws -> Void) -> Timeout {
        self.callLater(delay, callback)
    }

    /// Cancels a timeout; nothing happens if it has fired or was removed.
    public func removeTimeout(_ timeout: Timeout) {
        self.checkThread("IOLoop.removeTimeout")
        demand(timeout.loop === self, "IOLoop.removeTimeout was given a timeout of another event loop.")
        guard let handle = timeout.handle else { return }
        timeout.handle = nil
        self.table.pointee.remove_timeout(self.handle, handle)
        self.timeouts.remove(timeout)
    }
}

extension Duration {
    /// The duration as a number of seconds.
    var inSeconds: Double {
        let parts = self.components
        return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    }
}
