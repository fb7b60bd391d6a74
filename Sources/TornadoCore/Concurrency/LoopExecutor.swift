// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

#if compiler(>=6.3)
@_spi(ExperimentalCustomExecutors) @_spi(ExperimentalScheduling) import _Concurrency
#endif

/// Runs tasks on one loop's thread: those that prefer it, and, on the main thread's loop, everything that belongs to no
/// executor in particular.
///
/// - Note: The unchecked conformance is sound because `jobs` is set once, before anybody else sees the executor. It is
///   not counted: the jobs own the executor, and live as long as their loop.
final class LoopExecutor: TaskExecutor, @unchecked Sendable {
    unowned(unsafe) var jobs: LoopJobs!

    #if compiler(>=6.3)
    /// Whether this is the runtime's default executor, which nobody has to prefer; set once, before any task exists.
    var isDefault = false

    /// The executor of what belongs to none: two null words, as the runtime's ABI has it, and no object to keep alive.
    private static let generic = unsafeBitCast((UInt(0), UInt(0)), to: UnownedSerialExecutor.self)
    #endif

    func enqueue(_ job: consuming ExecutorJob) {
        self.jobs.enqueue(UnownedJob(job), isMain: false)
    }

    @inline(__always)
    func run(_ entry: JobRing.Entry) {
        #if compiler(>=6.3)
        if entry.isMain { return LoopConcurrency.runMain(entry.job) }
        // As the runtime's own default executor runs them: tasks that prefer none. Said to be on this executor, they would
        // be enqueued again by every call of an async function.
        if self.isDefault { return entry.job.runSynchronously(on: Self.generic) }
        #endif
        entry.job.runSynchronously(on: self.asUnownedTaskExecutor())
    }
}

#if compiler(>=6.3)
extension LoopExecutor: SchedulingExecutor {
    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob,
        after delay: C.Duration,
        tolerance: C.Duration?,
        clock: C
    ) {
        TimedJob.schedule(UnownedJob(job), isMain: false, after: delay, on: self.jobs)
    }
}
#endif
