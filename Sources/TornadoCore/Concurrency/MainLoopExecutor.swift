// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

#if compiler(>=6.3)
import ProviderKit
@_spi(ExperimentalCustomExecutors) @_spi(ExperimentalScheduling) import _Concurrency

/// The main actor's executor: the main thread's loop.
final class MainLoopExecutor: MainExecutor, SchedulingExecutor {
    private let jobs: LoopJobs

    init(_ jobs: LoopJobs) {
        self.jobs = jobs
    }

    func enqueue(_ job: consuming ExecutorJob) {
        self.jobs.enqueue(UnownedJob(job), isMain: true)
    }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob,
        after delay: C.Duration,
        tolerance: C.Duration?,
        clock: C
    ) {
        TimedJob.schedule(UnownedJob(job), isMain: true, after: delay, on: self.jobs)
    }

    /// Runs the loop: an asynchronous `@main` waits here.
    func run() throws {
        try self.jobs.loop.start()
    }

    func stop() {
        let loop = self.jobs.loop
        loop.addCallback { loop.stop() }
    }

    func checkIsolated() {
        demand(
            self.jobs.loop.isOnThread,
            "This code belongs to the main actor, and was called on another thread than the main event loop's."
        )
    }

    func isIsolatingCurrentContext() -> Bool? {
        self.jobs.loop.isOnThread
    }
}
#endif
