// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

/// A greenlet's or a task's wait for a stream.
final class StreamWaiter: Waiter, @unchecked Sendable {
    /// What was read.
    var outcome = ReadOutcome()
    /// Why nothing was.
    var failure: (any Error)?

    /// Throws why the caller cannot wait, or what was thrown into it.
    @inline(__always)
    static func checkWaiting(on loop: IOLoop, _ why: StaticString) throws {
        guard let table = GreenletEngine.table else {
            // Without greenlets there is the loop, if nobody runs it.
            if loop.isRunning || Parking.isInTask { _ = try Parking.running(why) }
            return
        }
        if table.pointee.current() == nil || Parking.isInTask { _ = try Parking.running(why) }
        try Parking.checkInterruption()
    }

    /// Suspends the greenlet until it is woken; where there are none, runs the loop until then.
    ///
    /// - Throws: Its ``failure``; what was thrown into the greenlet.
    func block(on loop: IOLoop, _ why: StaticString) throws {
        if GreenletEngine.table == nil {
            try self.runTurns(of: loop)
        } else {
            // Nothing but waking ends it: it has no deadline.
            while try !self.wait(until: .infinity, why) {}
        }
        if let failure = self.failure { throw failure }
    }

    /// Turns and not start(): a stop() that somebody asks for meanwhile is meant for the app's own start.
    private func runTurns(of loop: IOLoop) throws {
        while !self.isWoken {
            let code = loop.table.pointee.run_once(loop.handle, .infinity)
            if code < 0 { throw IOLoopError.system(code, "The event loop cannot wait for its descriptors") }
        }
    }

    /// Suspends the task until it is woken.
    ///
    /// - Throws: Its ``failure``; `CancellationError`.
    nonisolated(nonsending) func wait() async throws {
        _ = try await self.wait(nil)
        if let failure = self.failure { throw failure }
    }
}
