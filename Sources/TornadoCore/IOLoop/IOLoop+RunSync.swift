// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension IOLoop {
    /// Runs the loop until `body`, which runs as its first callback, has returned.
    ///
    /// - Returns: What `body` returned.
    /// - Throws: What `body` threw, or ``IOLoopError`` if the loop cannot run or was stopped before.
    public func runSync<Success>(_ body: @escaping () throws -> Success) throws -> Success {
        let run = SynchronousRun<Success>(self)
        self.spawnCallback { run.end(with: Result { try body() }) }
        return try run.wait()
    }

    /// Runs the loop until `body` has returned.
    ///
    /// What it awaits runs on the loop too.
    ///
    /// ```swift
    /// let answer = try IOLoop.current.runSync(timeout: .seconds(5)) { try await ask() }
    /// ```
    ///
    /// - Parameters:
    ///   - timeout: After so long the task is cancelled, and this call throws, whatever the task does.
    ///   - body: Runs on the loop's thread.
    /// - Returns: What `body` returned.
    /// - Throws: What `body` threw, or ``IOLoopError``: the time is over, the loop cannot run, or was stopped before.
    public func runSync<Success>(
        timeout: Duration? = nil,
        _ body: @escaping () async throws -> Success
    ) throws -> Success {
        let run = SynchronousRun<Success>(self)
        self.spawnCallback {
            run.task = self.spawn {
                do {
                    run.end(with: .success(try await body()))
                } catch {
                    run.end(with: .failure(error))
                }
            }
        }
        if let timeout { run.limit(timeout) }
        return try run.wait()
    }
}

/// A `runSync` in progress.
///
/// Used on the loop's thread only.
private final class SynchronousRun<Success> {
    private let loop: IOLoop
    private var result: Result<Success, any Error>?
    private var isOver = false
    private var timeout: Timeout?
    var task: Task<Void, Never>?

    init(_ loop: IOLoop) {
        self.loop = loop
    }

    func end(with result: Result<Success, any Error>) {
        // A task that goes on after its time was up must not stop a later run of the loop.
        guard !self.isOver else { return }
        self.isOver = true
        self.result = result
        self.loop.stop()
    }

    func limit(_ timeout: Duration) {
        self.timeout = self.loop.callLater(timeout) {
            self.task?.cancel()
            self.end(
                with: .failure(IOLoopError(.timeout, "IOLoop.runSync: there was no result after \(timeout)"))
            )
        }
    }

    func wait() throws -> Success {
        defer {
            self.isOver = true
            if let timeout = self.timeout { self.loop.removeTimeout(timeout) }
        }
        try self.loop.start()
        guard let result = self.result else {
            self.task?.cancel()
            throw IOLoopError(.stopped, "IOLoop.runSync: the loop was stopped before there was a result")
        }
        return try result.get()
    }
}
