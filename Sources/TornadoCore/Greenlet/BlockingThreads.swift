// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import ProviderKit
import Synchronization

/// Threads for blocking code where nobody provides greenlets, and for libc's lookups where nobody provides a resolver.
///
/// They are made as they are needed, up to a limit, and end when they were idle for some seconds.
package enum BlockingThreads {
    private static let most = 64
    private static let idleSeconds = 5

    /// What is waited for, and who waits, under `lock`.
    private final class State {
        let jobs = ItemRing<() -> Void>()
        var threads = 0
        var idle = 0
    }

    // Both are used under the lock only; a condition needs an address that stays.
    private nonisolated(unsafe) static let state = State()
    private nonisolated(unsafe) static let lock: UnsafeMutablePointer<pthread_mutex_t> = {
        let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        return lock
    }()
    private nonisolated(unsafe) static let condition: UnsafeMutablePointer<pthread_cond_t> = {
        let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        pthread_cond_init(condition, nil)
        return condition
    }()

    /// Runs `body` on one of the threads.
    nonisolated(nonsending) static func run<Value>(
        _ body: sending @escaping () throws -> sending Value
    ) async throws -> Value {
        try Task.checkCancellation()
        // Written by the thread before it resumes the task, which reads it only then. `body` was sent here.
        nonisolated(unsafe) var result: Result<Value, any Error>?
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let code = Self.add {
                result = Result { try body() }
                continuation.resume()
            }
            guard code != 0 else { return }
            let error = GreenletError.system(
                -code,
                "blocking cannot run its code (the system gives no thread: see `ulimit -u`, and the memory that is left)"
            )
            result = .failure(error)
            continuation.resume()
        }
        guard let result else { trap("A thread has not done what it was given.") }
        return try result.get()
    }

    /// Has `job` done by one of the threads, when there is one for it.
    ///
    /// - Returns: 0, or an errno value if there is no thread at all; `job` is not called then.
    package static func add(_ job: @escaping () -> Void) -> Int32 {
        pthread_mutex_lock(Self.lock)
        defer { pthread_mutex_unlock(Self.lock) }
        if Self.state.idle <= Self.state.jobs.count, Self.state.threads < Self.most {
            let code = Self.makeThread()
            if code == 0 { Self.state.threads += 1 }
            // Those that there are do it too, later.
            guard Self.state.threads > 0 else { return code }
        }
        Self.state.jobs.add(job)
        pthread_cond_signal(Self.condition)
        return 0
    }

    private static func makeThread() -> Int32 {
        // Inherited by the thread: signals are for those who expect them, and never interrupt its calls.
        var all = Self.maskableSignals
        var before = sigset_t()
        pthread_sigmask(SIG_BLOCK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { _ in
                BlockingThreads.work()
                return nil
            },
            nil
        )
        if code == 0 { pthread_detach(thread) }
        return code
    }

    /// All signals but those that tell of a thread's own mistake, which a blocked one would die of unseen.
    private static var maskableSignals: sigset_t {
        var signals = sigset_t()
        sigfillset(&signals)
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS] { sigdelset(&signals, number) }
        return signals
    }

    private static func work() {
        while let job = Self.next() { job() }
    }

    private static func next() -> (() -> Void)? {
        pthread_mutex_lock(Self.lock)
        defer { pthread_mutex_unlock(Self.lock) }
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        until.tv_sec += Self.idleSeconds
        Self.state.idle += 1
        defer { Self.state.idle -= 1 }
        while Self.state.jobs.count == 0 {
            if pthread_cond_timedwait(Self.condition, Self.lock, &until) == ETIMEDOUT, Self.state.jobs.count == 0 {
                Self.state.threads -= 1
                return nil
            }
        }
        return Self.state.jobs.take()
    }
}
