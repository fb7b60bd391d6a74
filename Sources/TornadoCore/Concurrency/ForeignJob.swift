// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Jobs enqueued on other threads than their loop's: each is a callback whose context is the job itself.
enum ForeignJob {
    static func post(_ job: UnownedJob, isMain: Bool, to loop: IOLoop) {
        // A job is a reference to a record of the runtime's, one word, which lives until it has run. The callback below
        // casts it back, once.
        let context = unsafeBitCast(job, to: UnsafeMutableRawPointer.self)
        loop.add(isMain ? Self.runMain : Self.run, context)
    }

    private static let run: gt_callback = { ForeignJob.run($0, isMain: false) }
    private static let runMain: gt_callback = { ForeignJob.run($0, isMain: true) }

    private static func run(_ context: UnsafeMutableRawPointer?, isMain: Bool) {
        guard let context else { return }
        let job = unsafeBitCast(context, to: UnownedJob.self)
        // The callback runs on the loop's thread, whose current loop that is.
        IOLoop.current.jobs.executor.run(JobRing.Entry(job: job, isMain: isMain))
    }
}
