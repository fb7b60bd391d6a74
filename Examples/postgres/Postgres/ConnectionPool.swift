// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// Connections shared by handlers, made when they are first needed.
///
/// A handler that comes while all are out waits for one; the others go on meanwhile.
final class ConnectionPool {
    private let address: String
    private let permits: Semaphore
    private var idle: [Connection] = []
    /// How many there are, idle or out.
    private(set) var count = 0

    init(address: String, limit: Int) {
        self.address = address
        self.permits = Semaphore(limit)
    }

    /// Calls with a connection that nobody else has.
    func withConnection<R>(_ body: (Connection) throws -> R) throws -> R {
        try self.permits.with {
            let connection = try self.take()
            defer { self.giveBack(connection) }
            return try body(connection)
        }
    }

    private func take() throws -> Connection {
        if let connection = self.idle.popLast() { return connection }
        self.count += 1
        do {
            return try Connection(self.address)
        } catch {
            self.count -= 1
            throw error
        }
    }

    private func giveBack(_ connection: Connection) {
        if connection.isAlive { return self.idle.append(connection) }
        // The database has gone, and with it those that are idle: they are older.
        self.count -= 1 + self.idle.count
        self.idle.removeAll()
    }
}
