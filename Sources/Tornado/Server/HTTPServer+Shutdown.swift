// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import TornadoCore

extension HTTPServer {
    /// Stops every HTTP server of the calling thread, lets the requests under way be answered, and calls back.
    ///
    /// Idle connections are closed at once, the others after their answer.
    ///
    /// - Parameters:
    ///   - grace: Seconds that requests have; what is left then is dropped. 0 or more.
    ///   - callback: Told how many connections were dropped.
    /// - Returns: The wait, to take back: the servers stop all the same.
    @discardableResult
    public static func shutdownAll(
        grace: Double,
        _ callback: @escaping (Result<Int, any Error>) throws -> Void
    ) -> Pending {
        let loop = IOLoop.current
        let wait = ShutdownWait(loop, callback)
        // Released by the call, which always comes.
        let context = Unmanaged.passRetained(wait).toOpaque()
        Registry.httpserver.pointee.shutdown(
            Registry.ioloop.pointee.current(),
            max(0, grace),
            { context, dropped in
                guard let context else { return }
                Unmanaged<ShutdownWait>.fromOpaque(context).takeRetainedValue().end(dropped)
            },
            context
        )
        return Pending { wait.forget() }
    }

    /// Stops every HTTP server of the calling thread, and suspends the greenlet until the requests under way are answered.
    ///
    /// - Parameter grace: Seconds that requests have; what is left then is dropped.
    /// - Returns: How many connections were dropped.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    @discardableResult
    public static func shutdownAll(grace: Double) throws -> Int {
        try ThreeForms.blocking("HTTPServer.shutdownAll") { Self.shutdownAll(grace: grace, $0) }
    }

    /// Stops every HTTP server of the calling thread, and suspends the task until the requests under way are answered.
    ///
    /// - Parameter grace: Seconds that requests have; what is left then is dropped.
    /// - Returns: How many connections were dropped.
    /// - Throws: `CancellationError` if the task is cancelled; the servers stop all the same.
    @discardableResult
    nonisolated(nonsending) public static func shutdownAll(grace: Double) async throws -> Int {
        try await ThreeForms.awaiting { Self.shutdownAll(grace: grace, $0) }
    }
}

/// Who waits for a shutdown.
private final class ShutdownWait {
    private let loop: IOLoop
    private var callback: ((Result<Int, any Error>) throws -> Void)?

    init(_ loop: IOLoop, _ callback: @escaping (Result<Int, any Error>) throws -> Void) {
        self.loop = loop
        self.callback = callback
    }

    func end(_ dropped: Int) {
        guard let callback = self.callback else { return }
        self.callback = nil
        self.loop.spawnCallback { try callback(.success(dropped)) }
    }

    func forget() {
        self.callback = nil
    }
}
