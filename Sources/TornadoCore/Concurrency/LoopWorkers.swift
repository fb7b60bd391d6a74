// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Something asynchronous to be done on a loop's thread, once.
package protocol LoopWork: AnyObject {
    /// Does it, on the loop's thread.
    func performOnLoop() async
}

/// The main thread's loop's tasks that have done their work and wait for more, so that work which does not wait itself
/// needs no task made for it.
///
/// All calls belong to the loop's thread.
final class LoopWorkers {
    /// More than these are not kept waiting.
    private static let mostIdle = 64

    private var idle: [LoopWorker] = []

    /// Begins `work` at once; it has got to where it first waits when this returns.
    func perform(_ work: any LoopWork, on loop: IOLoop) {
        guard let worker = self.idle.popLast() else {
            // The worker stays on this thread, as what `spawn` takes does. Not an immediate task: one that has ever had an
            // executor to begin on takes a lock with every call of an async function.
            nonisolated(unsafe) let worker = LoopWorker(work, self)
            loop.jobs.runAtOnce { Task.detached { await worker.serve() } }
            return
        }
        worker.work = work
        loop.jobs.runAtOnce { worker.wake() }
    }

    /// Whether the worker may wait for more.
    fileprivate func keep(_ worker: LoopWorker) -> Bool {
        guard self.idle.count < Self.mostIdle else { return false }
        self.idle.append(worker)
        return true
    }
}

/// One task that works for `LoopWorkers`.
private final class LoopWorker {
    var work: (any LoopWork)?
    private var waiter: UnsafeContinuation<Void, Never>?
    private unowned let workers: LoopWorkers

    init(_ work: any LoopWork, _ workers: LoopWorkers) {
        self.work = work
        self.workers = workers
    }

    func serve() async {
        while self.work != nil {
            // Let go before waiting: whoever holds a handler keeps its request's memory.
            do {
                let work = self.taken()
                await work?.performOnLoop()
            }
            // Work may have cancelled its task, which can't be undone: the next gets another one.
            if Task.isCancelled || !self.workers.keep(self) { return }
            await withUnsafeContinuation { self.waiter = $0 }
        }
    }

    func wake() {
        let waiter = self.waiter
        self.waiter = nil
        waiter?.resume()
    }

    private func taken() -> (any LoopWork)? {
        let work = self.work
        self.work = nil
        return work
    }
}

extension IOLoop {
    /// Does `work` in a task, as ``spawn(_:)`` would, but in one that may have done other work before.
    ///
    /// It begins at once, and is not distinguishable from a task of its own as long as nobody keeps a handle of the task.
    package func perform(_ work: any LoopWork) {
        self.checkThread("IOLoop.perform")
        guard LoopConcurrency.isInstalled(on: self), withUnsafeCurrentTask(body: { $0 == nil }) else {
            self.spawn { await work.performOnLoop() }
            return
        }
        self.jobs.workers.perform(work, on: self)
    }
}
