// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import ServiceLifecycle
public import Tornado

/// A ``TCPServer`` in a group of services: it serves until the group shuts down, and then lets handlers end.
///
/// ```swift
/// let echo = TCPServerService(grace: 5) {
///     let server = try AsyncTCPServer { stream, _ in try await stream.write(stream.readUntil("\n")) }
///     try server.listen(7777)
///     return server
/// }
/// ```
///
/// The server lives on the main thread's loop. At a graceful shutdown it stops listening; handlers that run have ``grace``
/// seconds, and then their streams are closed. If the task is cancelled instead, they are closed at once.
public struct TCPServerService: Service {
    /// Seconds that handlers have at a shutdown.
    public let grace: Double
    private let start: @MainActor @Sendable () throws -> TCPServer

    /// A service that has not begun.
    ///
    /// - Parameters:
    ///   - grace: Seconds that handlers have at a shutdown.
    ///   - start: Makes the server, and has it listen; called when the group runs.
    public init(grace: Double = 30, _ start: @escaping @MainActor @Sendable () throws -> TCPServer) {
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
        defer {
            server.stop()
            server.closeAllConnections()
        }
        try await gracefulShutdown()
        server.stop()
        let idle = Event()
        server.whenIdle { idle.set() }
        try await idle.wait(timeout: self.grace)
    }
}
