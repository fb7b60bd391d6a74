// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

extension Greenlet {
    /// Suspends the greenlet for `seconds`, while others run.
    ///
    /// ```swift
    /// try Greenlet.sleep(0.5)
    /// ```
    ///
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    public static func sleep(_ seconds: Double) throws {
        if seconds <= 0 { return try Self.yield() }
        let deadline = Parking.deadline(seconds)
        while try Parking.park(until: deadline, "Greenlet.sleep") {}
    }

    /// Suspends the greenlet for a duration, while others run.
    ///
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    public static func sleep(_ duration: Duration) throws {
        try Self.sleep(duration.inSeconds)
    }

    /// Lets the others run that can: the caller goes on in the loop's next turn.
    ///
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    public static func yield() throws {
        try Parking.checkInterruption()
        let table = try GreenletEngine.required("Greenlet.yield")
        let code = table.pointee.yield()
        if code < 0, let error = Parking.error(code, "Greenlet.yield", table) { throw error }
    }

    /// Lets everything happen that can happen now: greenlets, descriptors that are ready, timeouts that are due.
    ///
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    public static func idle() throws {
        // A timeout of the loop fires after the descriptors of its turn, and a yield goes on after what those have woken.
        try Self.yield()
        _ = try Parking.park(until: MonotonicClock.now, "Greenlet.idle")
        try Self.yield()
    }

    /// Suspends the greenlet until a descriptor is ready.
    ///
    /// ```swift
    /// guard try Greenlet.wait(descriptor, for: .read, timeout: 5).contains(.read) else { return }
    /// ```
    ///
    /// - Parameters:
    ///   - descriptor: An open descriptor. Files on disk are always ready.
    ///   - events: What to wait for.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: What it is ready for; nothing if the time is over.
    /// - Throws: ``GreenletError`` if it cannot be waited for or was closed meanwhile; what was thrown into the caller.
    @discardableResult
    public static func wait(
        _ descriptor: Int32,
        for events: IOLoop.Events,
        timeout: Double? = nil
    ) throws -> IOLoop.Events {
        let table = try GreenletEngine.required("Greenlet.wait")
        let code = table.pointee.wait_fd(descriptor, events.rawValue, Parking.deadline(timeout))
        if code >= 0 { return IOLoop.Events(rawValue: UInt32(code)) }
        if code == -EPERM { return events }
        guard let error = Parking.error(code, "Greenlet.wait", table) else { return .none }
        throw error
    }
}
