// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The jobs of Swift's runtime that wait for one loop, in the order they came; their priorities are not looked at.
///
/// Jobs enqueued on the loop's thread go into a ring, and the loop is asked once for a callback that runs them; those of
/// other threads are each a callback of their own (``ForeignJob``). One pass runs what is waiting, and what that enqueues in
/// turn up to a limit: a task that hops between actors gets on in one turn, and one that yields for ever leaves descriptors
/// and timeouts their turns.
///
/// - Note: The unchecked conformance is sound because what is not constant is touched on the loop's thread only.
final class LoopJobs: @unchecked Sendable {
    /// How many jobs a pass runs at least, if there are as many, before the loop looks at its descriptors again.
    private static let passLimit = 64

    unowned let loop: IOLoop
    /// Runs jobs of the loop's own executors.
    let executor: LoopExecutor

    /// Tasks kept for short work.
    let workers = LoopWorkers()

    private var ring = JobRing()
    /// The next job is to go to `caught` instead of the ring.
    private var isCatching = false
    private var caught: UnownedJob?
    private var isScheduled = false

    init(loop: IOLoop) {
        self.loop = loop
        self.executor = LoopExecutor()
        self.executor.jobs = self
    }

    deinit {
        self.ring.deallocate()
    }

    @inline(__always)
    func enqueue(_ job: UnownedJob, isMain: Bool) {
        if self.loop.isOnThread {
            if self.isCatching, !isMain {
                self.isCatching = false
                self.caught = job
                return
            }
            self.ring.append(JobRing.Entry(job: job, isMain: isMain))
            if !self.isScheduled { self.schedule() }
        } else {
            ForeignJob.post(job, isMain: isMain, to: self.loop)
        }
    }

    /// Runs the job that `resume` enqueues by resuming a task, before anything else.
    ///
    /// To be called outside of any task.
    func runAtOnce(_ resume: () -> Void) {
        self.isCatching = true
        resume()
        self.isCatching = false
        guard let job = self.caught else { return }
        self.caught = nil
        self.executor.run(JobRing.Entry(job: job, isMain: false))
    }

    private func schedule() {
        self.isScheduled = true
        // Unretained: the loop's object owns this one, and lives as long as tasks run on it.
        self.loop.add(Self.runPass, Unmanaged.passUnretained(self).toOpaque())
    }

    private static let runPass: gt_callback = { context in
        guard let context else { return }
        Unmanaged<LoopJobs>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.run() }
    }

    private func run() {
        var budget = max(self.ring.count, Self.passLimit)
        while budget > 0, let entry = self.ring.popFirst() {
            self.executor.run(entry)
            budget &-= 1
        }
        self.isScheduled = false
        if self.ring.count > 0 { self.schedule() } else { self.ring.shrink() }
    }
}
