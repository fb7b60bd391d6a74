// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TornadoCore

/// Waiting for a fetch, in a task or in a greenlet.
final class FetchWait<Value> {
    let event = Event()
    private(set) var value: Value?

    func set(_ value: Value) {
        self.value = value
        self.event.set()
    }
}

extension FetchWait<Never> {
    /// Suspends the greenlet until the event is set; outside of any, runs the loop in place if it does not run.
    ///
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    static func block(on event: Event, _ loop: IOLoop) throws {
        do {
            try event.wait()
        } catch let error as GreenletError
            where (error.code == .noEngine || error.code == .notInGreenlet) && !loop.isRunning
        {
            // A task of the loop notices the event, so that nobody who sets it needs to know of this.
            _ = try loop.runSync { try await event.wait() }
        }
    }
}
