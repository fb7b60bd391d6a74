// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import ProviderKit

/// Threads for what cannot wait as greenlets do: long computations, and calls that block where nothing can be patched.
///
/// ```swift
/// let threads = ThreadPool(4)
/// let hash = try threads.apply { slowHash(of: password) }  // other greenlets run meanwhile
/// ```
///
/// Each job has a greenlet that waits for it. The threads are the runner's, which has 10 of them unless told otherwise; a pool
/// bounds its own share. A job that has begun, or stands in line for one of the runner's threads, cannot be interrupted:
/// killing its greenlet takes effect at the job's end.
///
/// - Note: The unchecked conformance is sound because every call checks its thread; jobs are sendable.
public final class ThreadPool: @unchecked Sendable {
    private let pool: Pool

    /// A pool that uses `maxsize` threads at most.
    public init(_ maxsize: Int = 10) {
        self.pool = Pool(maxsize)
    }

    /// How many jobs may run at once.
    public var maxsize: Int { self.pool.size ?? 0 }

    /// How many jobs there are now.
    public var count: Int { self.pool.count }

    /// Runs `body` on a thread; waits for room first if the pool is full.
    ///
    /// - Parameters:
    ///   - name: For logs and run info; null is the place of the call.
    ///   - fileID: Where it is spawned; leave it alone.
    ///   - line: Where it is spawned; leave it alone.
    ///   - body: What to do, on another thread.
    /// - Returns: The greenlet that waits for it.
    /// - Throws: Why the caller cannot wait for room, or what was thrown into it meanwhile.
    @discardableResult
    public func spawn<Value: Sendable>(
        name: String? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ body: @escaping @Sendable () throws -> Value
    ) throws -> GreenletOf<Value> {
        try self.pool.spawn(name: name, fileID: fileID, line: line) { try Self.run(body) }
    }

    /// Runs `body` on a thread, and waits for its result.
    ///
    /// - Throws: What `body` throws; why the caller cannot wait, or what was thrown into it meanwhile.
    public func apply<Value: Sendable>(
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        try self.pool.apply(fileID: fileID, line: line) { try Self.run(body) }
    }

    /// Transforms every item on a thread, and waits for all.
    ///
    /// - Parameters:
    ///   - items: What to transform.
    ///   - fileID: Where the greenlets are spawned; leave it alone.
    ///   - line: Where the greenlets are spawned; leave it alone.
    ///   - transform: What to do with each.
    /// - Returns: The results, in the order of the items.
    /// - Throws: What `transform` throws for the first item, in order, that it throws for; why the caller cannot wait, or what
    ///   was thrown into it meanwhile.
    public func map<Item: Sendable, Value: Sendable>(
        _ items: some Sequence<Item>,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ transform: @escaping @Sendable (Item) throws -> Value
    ) throws -> [Value] {
        try self.pool.map(items, fileID: fileID, line: line) { item in try Self.run { try transform(item) } }
    }

    /// Suspends the greenlet until no job is left.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether none is; false if the time is over.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    @discardableResult
    public func join(timeout: Double? = nil) throws -> Bool {
        try self.pool.join(timeout: timeout)
    }

    /// Kills the greenlets of all jobs, and waits for the jobs that have begun or stand in line for a thread.
    ///
    /// - Throws: What was thrown into the caller while it waited.
    public func kill() throws {
        try self.pool.kill()
    }

    /// Suspends the greenlet while `body` runs on one of the runner's threads.
    private static func run<Value: Sendable>(_ body: @Sendable () throws -> Value) throws -> Value {
        let table = try GreenletEngine.required("ThreadPool")
        try Parking.checkInterruption()
        return try withoutActuallyEscaping(body) { body in
            let job = ThreadJob(body)
            // The job lives here, on the greenlet's stack, until offload() has returned; it always ends before that.
            let code = withExtendedLifetime(job) {
                table.pointee.offload(ThreadJob<Value>.call(), Unmanaged.passUnretained(job as ThreadWork).toOpaque())
            }
            if code < 0, let error = Parking.error(code, "ThreadPool", table) { throw error }
            return try job.value()
        }
    }
}

/// What a thread is given to do.
private class ThreadWork {
    func perform() {}

    static func call() -> gt_callback {
        { context in
            guard let context else { return }
            Unmanaged<ThreadWork>.fromOpaque(context).takeUnretainedValue().perform()
        }
    }
}

private final class ThreadJob<Value: Sendable>: ThreadWork {
    private let body: @Sendable () throws -> Value
    private var result: Result<Value, any Error>?

    init(_ body: @escaping @Sendable () throws -> Value) {
        self.body = body
    }

    override func perform() {
        self.result = Result { try self.body() }
    }

    func value() throws -> Value {
        guard let result = self.result else { trap("A thread has not done what it was given.") }
        return try result.get()
    }
}
