// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

/// Suspending the running greenlet, and why that failed.
package enum Parking {
    /// A timeout in seconds as a deadline of the loop's clock.
    static func deadline(_ timeout: Double?) -> Double {
        guard let timeout else { return .infinity }
        return MonotonicClock.now + timeout
    }

    /// The running greenlet.
    ///
    /// - Throws: ``GreenletError`` where nothing can wait.
    static func running(_ why: StaticString) throws -> Greenlet {
        let table = try GreenletEngine.required(why)
        if Self.isInTask { throw Self.insideTask(why) }
        guard let handle = table.pointee.current() else { throw Self.notInGreenlet(why) }
        return GreenletRoster.current.greenlet(handle, table)
    }

    /// Suspends the greenlet once.
    ///
    /// - Parameters:
    ///   - deadline: On the loop's clock; infinity is none.
    ///   - why: What it waits for, for run info.
    /// - Returns: True if somebody unparked it, false if the deadline came first.
    /// - Throws: What was thrown into it, or why it cannot wait.
    package static func park(until deadline: Double, _ why: StaticString) throws -> Bool {
        let table = try GreenletEngine.required(why)
        let code = table.pointee.park(deadline, StaticText.pointer(why))
        if code >= 0 { return true }
        guard let error = Self.error(code, why, table) else { return false }
        throw error
    }

    /// Throws what was thrown into the running greenlet, if anything was: for calls that need not wait.
    @inline(__always)
    static func checkInterruption() throws {
        if GreenletRoster.current.interruptions > 0 { try Self.throwInterruption() }
    }

    @inline(never)
    private static func throwInterruption() throws {
        guard let table = GreenletEngine.table, let handle = table.pointee.current() else { return }
        try GreenletRoster.current.greenlet(handle, table).throwInterruption(table)
    }

    /// What a table's negative result means to the greenlet that got it; null if its own deadline has come.
    static func error(_ code: Int32, _ why: StaticString, _ table: UnsafePointer<gt_suspend>) -> (any Error)? {
        switch code {
        case -EINVAL where Self.isInTask, -EDEADLK where Self.isInTask: Self.insideTask(why)
        case -EINVAL where table.pointee.current() == nil: Self.notInGreenlet(why)
        case -EDEADLK: Self.wouldBlockForever(why)
        case -ECANCELED: Self.interruption(table) ?? GreenletExit()
        case -ETIMEDOUT:
            Self.interruption(table) ?? (Self.isInterrupted(table) ? TimeoutError(seconds: 0, what: "\(why)") : nil)
        default: GreenletError.system(code, "\(why) failed")
        }
    }

    /// Whether the caller can be suspended: not in a callback of the loop, nor in a task.
    static var canWait: Bool { GreenletEngine.table?.pointee.current() != nil && !Self.isInTask }

    static var isInTask: Bool { withUnsafeCurrentTask { $0 != nil } }

    private static func interruption(_ table: UnsafePointer<gt_suspend>) -> (any Error)? {
        guard let handle = table.pointee.current() else { return nil }
        return GreenletRoster.current.greenlet(handle, table).takeInterruption()
    }

    /// Whether somebody has interrupted the caller by the table itself.
    private static func isInterrupted(_ table: UnsafePointer<gt_suspend>) -> Bool {
        guard let handle = table.pointee.current() else { return false }
        return GreenletEngine.info(handle, table).interrupted != 0
    }

    private static func notInGreenlet(_ why: StaticString) -> GreenletError {
        GreenletError(
            .notInGreenlet,
            "\(why) was called where nothing can wait, in a callback of the loop or on a thread without greenlets: wait in "
                + "a greenlet, Greenlet.spawn { ... }",
            errno: EINVAL
        )
    }

    private static func insideTask(_ why: StaticString) -> GreenletError {
        GreenletError(
            .insideTask,
            "\(why) was called inside one of Swift's tasks, which cannot wait like greenlets: use its `await` form, or "
                + "`await blocking { ... }`",
            errno: EDEADLK
        )
    }

    private static func wouldBlockForever(_ why: StaticString) -> GreenletError {
        GreenletError(
            .wouldBlockForever,
            "\(why) would block for ever: no descriptor, timeout, callback or greenlet is left that could end it "
                + "(where another thread is to do that, wait with a timeout). Who waits for what:\n\(RunInfo.waits(why))",
            errno: EDEADLK
        )
    }
}
