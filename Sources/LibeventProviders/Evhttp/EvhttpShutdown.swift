// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import ProviderKit
import Synchronization

/// All evhttp servers of this image, so that those of a loop can be shut down together.
enum EvhttpRegister {
    /// Engines are used on their loop's thread only; the lock guards the list, which other threads' servers share.
    private struct Entry: @unchecked Sendable {
        let engine: EvhttpEngine
    }

    private static let entries = Mutex<[Entry]>([])

    static func add(_ engine: EvhttpEngine) {
        let entry = Entry(engine: engine)
        self.entries.withLock { $0.append(entry) }
    }

    static func remove(_ engine: EvhttpEngine) {
        let address = ObjectIdentifier(engine)
        self.entries.withLock { $0.removeAll { ObjectIdentifier($0.engine) == address } }
    }

    static func engine(of http: OpaquePointer?) -> EvhttpEngine? {
        self.entries.withLock { $0.first { $0.engine.http == http } }?.engine
    }

    private static func engines(of loop: OpaquePointer) -> [EvhttpEngine] {
        self.entries.withLock { $0.filter { $0.engine.loop == loop } }.map(\.engine)
    }

    /// The seam's shutdown(): see `gt_httpserver`.
    static func shutdown(_ loop: OpaquePointer?, grace: Double, done: @escaping (Int) -> Void) {
        let engines = loop.map { self.engines(of: $0) } ?? []
        guard let first = engines.first else {
            done(0)
            return
        }
        let shutdown = ShutdownInProgress(
            servers: engines.count,
            countRest: { open(engines).reduce(0) { $0 + $1.allConnections.count { !$0.isIdle } } },
            dropRest: { for engine in open(engines) { for connection in engine.allConnections { connection.drop() } } },
            done: done
        )
        for engine in engines { engine.shutdown { shutdown.emptied() } }
        self.expire(shutdown, after: grace, on: first.base)
    }

    /// The seam's reload_tls() for all servers of a loop that speak TLS: the first failure ends it.
    static func reload(
        _ loop: OpaquePointer?,
        _ settings: UnsafePointer<gt_tls_settings>?,
        _ error: UnsafeMutablePointer<CChar>?,
        _ capacity: Int
    ) -> Int32 {
        for engine in loop.map({ self.engines(of: $0) }) ?? [] where engine.tls != nil && !engine.isClosed {
            let code = engine.reload(settings, error, capacity)
            if code < 0 { return code }
        }
        return 0
    }

    private static func open(_ engines: [EvhttpEngine]) -> [EvhttpEngine] {
        engines.filter { !$0.isClosed }
    }

    private static func expire(_ shutdown: ShutdownInProgress, after grace: Double, on base: OpaquePointer) {
        let seconds = grace > 0 ? min(grace, 1e9) : 0
        var time = timeval()
        time.tv_sec = Int(seconds)
        time.tv_usec = Int((seconds - seconds.rounded(.down)) * 1e6)
        // Balanced by the callback, which comes once.
        let context = Unmanaged.passRetained(shutdown)
        let code = event_base_once(
            base,
            -1,
            Int16(EV_TIMEOUT),
            { Unmanaged<ShutdownInProgress>.fromOpaque($2.unsafelyUnwrapped).takeRetainedValue().expired() },
            context.toOpaque(),
            &time
        )
        if code != 0 {
            context.release()
            shutdown.expired()
        }
    }
}
