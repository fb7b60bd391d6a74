// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import ProviderKit

/// A job that sleeps: a timeout of the loop that enqueues it.
///
/// It owns itself until it fires.
final class TimedJob {
    private let entry: JobRing.Entry
    private let jobs: LoopJobs

    private init(_ entry: JobRing.Entry, _ jobs: LoopJobs) {
        self.entry = entry
        self.jobs = jobs
    }

    /// Enqueues `job` after `delay`.
    ///
    /// From any thread.
    static func schedule(_ job: UnownedJob, isMain: Bool, after delay: some DurationProtocol, on jobs: LoopJobs) {
        guard let delay = delay as? Duration else {
            trap(
                """
                A task sleeps on a clock that counts in \(type(of: delay)), which the event loop cannot turn into \
                seconds. Let the clock sleep by itself, or sleep on ContinuousClock or SuspendingClock.
                """
            )
        }
        let loop = jobs.loop
        let when = loop.time() + delay.inSeconds
        let timed = Unmanaged.passRetained(TimedJob(JobRing.Entry(job: job, isMain: isMain), jobs))
        if loop.isOnThread {
            Self.arm(timed.toOpaque(), loop, when)
        } else {
            nonisolated(unsafe) let context = timed.toOpaque()
            loop.addCallback { Self.arm(context, loop, when) }
        }
    }

    private static func arm(_ context: UnsafeMutableRawPointer, _ loop: IOLoop, _ when: Double) {
        let handle = loop.table.pointee.call_at(loop.handle, when, Self.fire, context)
        // It can't be set: better early than never.
        if handle == nil { Self.fire(context) }
    }

    private static let fire: gt_callback = { context in
        guard let context else { return }
        let timed = Unmanaged<TimedJob>.fromOpaque(context).takeRetainedValue()
        timed.jobs.enqueue(timed.entry.job, isMain: timed.entry.isMain)
    }
}
