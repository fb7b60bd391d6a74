// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import Synchronization

/// All engines of this image, so that the servers of a loop can be shut down together.
public enum EngineRegister {
    /// Engines are used on their loop's thread only; the lock guards the list, which other threads' servers share.
    private struct Entry: @unchecked Sendable {
        let engine: HTTPServerEngine
    }

    private static let entries = Mutex<[Entry]>([])

    static func add(_ engine: HTTPServerEngine) {
        let entry = Entry(engine: engine)
        self.entries.withLock { $0.append(entry) }
    }

    static func remove(_ engine: HTTPServerEngine) {
        let address = ObjectIdentifier(engine)
        self.entries.withLock { $0.removeAll { ObjectIdentifier($0.engine) == address } }
    }

    static func engines(of loop: OpaquePointer) -> [HTTPServerEngine] {
        self.entries.withLock { $0.filter { $0.engine.loop == loop } }.map(\.engine)
    }

    /// The seam's shutdown(): see `gt_httpserver`.
    public static func shutdown(
        _ loop: OpaquePointer,
        table: UnsafePointer<gt_ioloop>,
        grace: Double,
        done: @escaping (Int) -> Void
    ) {
        let engines = self.engines(of: loop)
        guard let first = engines.first else {
            done(0)
            return
        }
        let shutdown = ShutdownInProgress(
            servers: engines.count,
            // A connection that only lingers has had its answer.
            countRest: { engines.reduce(0) { $0 + $1.connections.filter(\.isServing).count } },
            dropRest: { for engine in engines { engine.closeAllConnections() } },
            done: done
        )
        for engine in engines { engine.onEmpty = { shutdown.emptied() } }
        for engine in engines { engine.shutdown() }
        first.callLater(max(0, grace)) { shutdown.expired() }
    }
}
