// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A value or an error that is not there yet, for greenlets and tasks to wait for.
///
/// ```swift
/// let answer = AsyncResult<Int>()
/// IOLoop.current.callLater(1) { answer.set(42) }
/// print(try answer.get())
/// ```
///
/// It belongs to the thread that makes it, but may be set from any. Only the first value or error counts. The app's main,
/// before its loop runs, waits for another thread only with a timeout: nobody knows of that thread, so without one it is told
/// that it would block for ever.
///
/// - Note: The unchecked conformance is sound because the loop is constant, the rest is touched on its thread only, and a
///   value is sent there.
public final class AsyncResult<Value>: @unchecked Sendable {
    private let loop = IOLoop.current
    private var outcome: Result<Value, any Error>?
    private var waiters = WaitList()
    private var links: [(AsyncResult<Value>) throws -> Void] = []

    /// A result that is not there yet.
    public init() {}

    /// Whether a value or an error is there.
    public var ready: Bool { self.known != nil }

    /// Whether a value is there.
    public var successful: Bool { self.value != nil }

    /// The value, if it is there.
    public var value: Value? {
        if case .success(let value) = self.known { value } else { nil }
    }

    /// The error, if it is there.
    public var exception: (any Error)? {
        if case .failure(let error) = self.known { error } else { nil }
    }

    /// Sets the value, and wakes all who wait.
    ///
    /// From any thread.
    public func set(_ value: sending Value) {
        // Checked twice: a value can be sent off only where it was not used on the way.
        if self.loop.isOnThread { return self.complete(.success(value)) }
        nonisolated(unsafe) let value = value
        self.loop.addCallback { self.complete(.success(value)) }
    }

    /// Sets an error, which those who wait will throw.
    ///
    /// From any thread.
    public func setException(_ error: any Error) {
        guard self.loop.isOnThread else { return self.loop.addCallback { self.complete(.failure(error)) } }
        self.complete(.failure(error))
    }

    /// Gives up: those who wait throw `CancellationError`.
    ///
    /// From any thread.
    public func cancel() {
        self.setException(CancellationError())
    }

    /// Suspends the greenlet until the value or error is there, and returns or throws it.
    ///
    /// - Parameters:
    ///   - block: Whether to wait.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: The value.
    /// - Throws: The error; ``TimeoutError`` if neither came in time; why the caller cannot wait.
    public func get(block: Bool = true, timeout: Double? = nil) throws -> Value {
        if self.known == nil, block { try self.wait(timeout: timeout) }
        return try self.taken(block ? timeout : 0)
    }

    /// Suspends the task, which must be on this thread, until the value or error is there, and returns or throws it.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: The value.
    /// - Throws: The error; ``TimeoutError`` if neither came in time; `CancellationError` if the task is cancelled.
    nonisolated(nonsending) public func get(timeout: Double? = nil) async throws -> Value {
        try await self.wait(timeout: timeout)
        return try self.taken(timeout)
    }

    /// The value, if it is there.
    ///
    /// - Throws: The error, if that is there; ``TimeoutError`` if neither is.
    public func getNowait() throws -> Value {
        try self.taken(0)
    }

    /// Suspends the greenlet until the value or error is there.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it is there; false if the time is over.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    @discardableResult
    public func wait(timeout: Double? = nil) throws -> Bool {
        try Parking.checkInterruption()
        if self.known != nil { return true }
        let waiter = Waiter()
        self.waiters.append(waiter)
        defer { self.waiters.remove(waiter) }
        return try waiter.wait(until: Parking.deadline(timeout), "AsyncResult.get")
    }

    /// Suspends the task, which must be on this thread, until the value or error is there.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it is there; false if the time is over.
    /// - Throws: `CancellationError` if the task is cancelled.
    @discardableResult
    nonisolated(nonsending) public func wait(timeout: Double? = nil) async throws -> Bool {
        if self.known != nil { return true }
        let waiter = Waiter(ofTask: true)
        self.waiters.append(waiter)
        defer { self.waiters.remove(waiter) }
        return try await waiter.wait(timeout)
    }

    /// Has `callback` called by the loop when the value or error is there; soon, if it is already.
    public func link(_ callback: @escaping (AsyncResult<Value>) throws -> Void) {
        if self.known == nil { self.links.append(callback) } else { self.schedule(callback) }
    }

    /// What is there, looked at on this thread.
    private var known: Result<Value, any Error>? {
        self.loop.checkThread("AsyncResult")
        return self.outcome
    }

    private func complete(_ outcome: Result<Value, any Error>) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        while let waiter = self.waiters.popFirst() { waiter.wake() }
        let links = self.links
        self.links = []
        for link in links { self.schedule(link) }
    }

    private func schedule(_ callback: @escaping (AsyncResult<Value>) throws -> Void) {
        self.loop.spawnCallback { try callback(self) }
    }

    private func taken(_ timeout: Double?) throws -> Value {
        guard let outcome = self.known else {
            throw TimeoutError(seconds: timeout ?? 0, what: "There was no result")
        }
        return try outcome.get()
    }
}
