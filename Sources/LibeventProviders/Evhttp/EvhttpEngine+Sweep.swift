// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CLibevent
import Glibc
import ProviderKit

/// evhttp has one inactivity timer for everything. This looks at all connections now and then instead, so that waiting
/// for a request, for its rest, and for the client to read the answer each have their own limit, and none costs
/// anything per request.
extension EvhttpEngine {
    /// A clock that is read without a system call, exact to a few milliseconds.
    var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Seconds without a byte after which an unfinished request is given up; evhttp does not tell head from body.
    var receiveTimeout: Double {
        let both = [self.settings.headerTimeout, self.settings.bodyTimeout].filter { $0 > 0 }
        return both.min() ?? .infinity
    }

    /// Seconds in all that a request may take to arrive; never ending unless both parts have a limit.
    var receiveDeadline: Double {
        let settings = self.settings
        return settings.headerTimeout > 0 && settings.bodyTimeout > 0
            ? settings.headerTimeout + settings.bodyTimeout : .infinity
    }

    /// Seconds in all that the handshake of TLS may take.
    var handshakeTimeout: Double {
        self.settings.headerTimeout > 0 ? self.settings.headerTimeout : 60
    }

    func startSweep() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let callback: event_callback_fn = { EvhttpEngine.from($2).lookAtTimeouts() }
        self.sweep = event_new(self.base, -1, Int16(EV_PERSIST), callback, context)
        guard let sweep = self.sweep else { return }
        let interval = self.settings.sweepInterval
        var time = timeval()
        time.tv_sec = Int(interval)
        time.tv_usec = Int((interval - interval.rounded(.down)) * 1e6)
        event_add(sweep, &time)
    }

    private func lookAtTimeouts() {
        guard self.connectionCount > 0 else {
            if let sweep = self.sweep { event_free(sweep) }
            self.sweep = nil
            return
        }
        let now = self.now
        for connection in self.allConnections where connection.isOverdue(now) { connection.drop() }
    }
}
