// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Waits for all servers of a loop to be empty, or for the time to be up.
package final class ShutdownInProgress {
    private var waiting: Int
    private var dropped = 0
    private let countRest: () -> Int
    private let dropRest: () -> Void
    private var done: ((Int) -> Void)?

    /// A shutdown of so many servers.
    ///
    /// - Parameters:
    ///   - servers: How often ``emptied()`` will be called.
    ///   - countRest: The connections that are still being served.
    ///   - dropRest: Drops every connection, which empties the servers.
    ///   - done: Called once, with the number of those dropped.
    package init(
        servers: Int,
        countRest: @escaping () -> Int,
        dropRest: @escaping () -> Void,
        done: @escaping (Int) -> Void
    ) {
        self.waiting = servers
        self.countRest = countRest
        self.dropRest = dropRest
        self.done = done
    }

    /// A server has no connection any more.
    package func emptied() {
        self.waiting -= 1
        guard self.waiting == 0, let done = self.done else { return }
        self.done = nil
        done(self.dropped)
    }

    /// The time is up.
    package func expired() {
        guard self.done != nil else { return }
        self.dropped = self.countRest()
        self.dropRest()
    }
}
