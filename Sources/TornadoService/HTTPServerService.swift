// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import ServiceLifecycle
public import Tornado

/// An HTTP server in a group of services: it serves until the group shuts down, and then answers what is under way.
///
/// ```swift
/// import Tornado
/// import TornadoService
///
/// let web = HTTPServerService {
///     let server = HTTPServer(app)
///     try server.listen(8888)
///     return server
/// }
/// let group = ServiceGroup(
///     services: [database, web],
///     gracefulShutdownSignals: [.sigterm, .sigint],
///     logger: Log.general
/// )
/// try IOLoop.current.runSync { try await group.run() }
/// ```
///
/// The server lives on the main thread's loop. At a graceful shutdown all HTTP servers of that loop stop: idle connections are
/// closed, requests under way are answered for ``grace`` seconds, and what is left is dropped. If the task is cancelled instead,
/// everything is dropped at once.
public struct HTTPServerService: Service {
    /// Seconds that requests under way have at a shutdown.
    public let grace: Double
    private let start: @MainActor @Sendable () throws -> HTTPServer

    /// A service that has not begun.
    ///
    /// - Parameters:
    ///   - grace: Seconds that requests under way have at a shutdown.
    ///   - start: Makes the server, and has it listen; called when the group runs.
    public init(grace: Double = 30, _ start: @escaping @MainActor @Sendable () throws -> HTTPServer) {
        self.grace = grace
        self.start = start
    }

    /// Serves until the group shuts down.
    ///
    /// - Throws: What `start` throws; `CancellationError` if the task is cancelled.
    public func run() async throws {
        try await self.serve()
    }

    @MainActor
    private func serve() async throws {
        let server = try self.start()
        do {
            try await gracefulShutdown()
        } catch {
            server.close()
            throw error
        }
        do {
            try await HTTPServer.shutdownAll(grace: self.grace)
        } catch {
            server.close()
            throw error
        }
        server.close()
    }
}
