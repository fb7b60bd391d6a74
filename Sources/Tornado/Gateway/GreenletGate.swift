// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import TornadoCore

/// Lets a greenlet wait for something that the server will tell: it waits until the gate is opened, which then is closed
/// again.
///
/// One greenlet waits at a gate. Outside of greenlets nobody can: the caller has to come back by itself.
final class GreenletGate {
    private var waiter: OpaquePointer?
    private var isOpen = false

    /// Whether the caller runs in a greenlet.
    static var canWait: Bool { Registry.suspend?.pointee.current() != nil }

    /// Suspends the caller until `open()`.
    ///
    /// Throws `GatewayError` where that is not possible, and what was thrown into the greenlet.
    func wait(_ why: StaticString) throws {
        guard let greenlet = Registry.suspend?.pointee.current() else {
            throw GatewayError("\(why) would have to wait, and only a greenlet can: run the app with gtornado.")
        }
        defer {
            self.isOpen = false
            self.waiter = nil
        }
        while !self.isOpen {
            self.waiter = greenlet
            _ = try Parking.park(until: .infinity, why)
        }
    }

    /// Ends the present wait, or the next.
    func open() {
        self.isOpen = true
        guard let waiter else { return }
        self.waiter = nil
        Registry.suspend?.pointee.unpark(waiter)
    }
}
