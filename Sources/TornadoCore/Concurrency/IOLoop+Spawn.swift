// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension IOLoop {
    /// Starts a task on this loop from code that runs on it; the task runs at once, up to where it first waits.
    ///
    /// What it awaits comes back to the loop's thread. The task inherits nothing: no priority, no task-local values, no
    /// actor. On the loop of another thread than the main one, it begins in the next turn, and `Task.yield` and
    /// `Task.sleep`, which the standard library sends through the default executor, go on only while the main thread's
    /// loop runs.
    ///
    /// - Parameter body: May hold anything that belongs to the loop's thread.
    /// - Returns: The task, for cancelling or waiting.
    @discardableResult
    public func spawn(_ body: @escaping () async -> Void) -> Task<Void, Never> {
        self.checkThread("IOLoop.spawn")
        // `body` may hold values that must not leave the loop's thread. It does not: it is called here, on that thread,
        // and everything a task of no actor does afterwards runs on its executor, which is this loop's: the default one
        // where that is installed, else the one that the task is told to prefer.
        nonisolated(unsafe) let body = body
        if LoopConcurrency.isInstalled(on: self) {
            return Task.immediateDetached { await body() }
        }
        return Task.detached(executorPreference: self.jobs.executor) { await body() }
    }
}
