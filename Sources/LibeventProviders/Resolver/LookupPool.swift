// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CLibevent
import CProviderKit
import Glibc
import ProviderKit
import Synchronization

/// Threads that look names up: made when there is something to do, up to a limit, and ended after half a minute without.
///
/// - Note: The unchecked conformance is sound because everything is guarded by `mutex`. A condition variable is needed,
///   which Swift has none of.
final class LookupPool: @unchecked Sendable {
    private static let idleSeconds = 30

    private let limit: Int
    // Owned, for as long as the process lives.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let added = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting = WaitingLine<Lookup>()
    private var threads = 0
    private var idle = 0
    /// Where its threads are.
    private let process = Atomic(getpid())

    init(limit: Int) {
        self.limit = limit
        pthread_mutex_init(self.mutex, nil)
        pthread_cond_init(self.added, nil)
    }

    /// In the child of a fork, whose only thread calls: those that there were, and what they had locked, are the parent's.
    private func beginAnewInChild() {
        guard self.process.exchange(getpid(), ordering: .relaxed) != getpid() else { return }
        pthread_mutex_init(self.mutex, nil)
        pthread_cond_init(self.added, nil)
        self.threads = 0
        self.idle = 0
        // Not freed: a thread may have been changing it just then.
        withUnsafeMutablePointer(to: &self.waiting) { $0.initialize(to: WaitingLine()) }
    }

    /// Takes a lookup to be run; false if there is no thread for it and none can be made.
    func add(_ lookup: Lookup) -> Bool {
        self.beginAnewInChild()
        pthread_mutex_lock(self.mutex)
        defer { pthread_mutex_unlock(self.mutex) }
        if self.idle <= self.waiting.count, self.threads < self.limit, self.startThread() {
            self.threads += 1
        }
        guard self.threads > 0 else { return false }
        self.waiting.add(lookup)
        pthread_cond_signal(self.added)
        return true
    }

    /// Nobody is told the answer; the loop's thread must ask for it.
    func cancel(_ question: Question) {
        self.beginAnewInChild()
        pthread_mutex_lock(self.mutex)
        question.isCancelled = true
        pthread_mutex_unlock(self.mutex)
        question.end()
    }

    private func startThread() -> Bool {
        var everything = sigset_t()
        var before = sigset_t()
        sigfillset(&everything)
        // The app's signals are for the app's threads.
        pthread_sigmask(SIG_SETMASK, &everything, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let context = Unmanaged.passUnretained(self).toOpaque()
        let code = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                gt_name_thread("gtornado-names")
                // Pools are never freed.
                Unmanaged<LookupPool>.fromOpaque(context).takeUnretainedValue().work()
                return nil
            },
            context
        )
        if code == 0 { pthread_detach(thread) }
        return code == 0
    }

    // MARK: The threads

    private func work() {
        while let lookup = self.take() {
            lookup.run()
            self.give(lookup)
        }
    }

    /// The oldest lookup that is still wanted; null when it is time to end.
    private func take() -> Lookup? {
        pthread_mutex_lock(self.mutex)
        defer { pthread_mutex_unlock(self.mutex) }
        while true {
            while let lookup = self.waiting.popFirst() {
                if !lookup.question.isCancelled { return lookup }
            }
            self.idle += 1
            var deadline = timespec()
            clock_gettime(CLOCK_REALTIME, &deadline)
            deadline.tv_sec += Self.idleSeconds
            let code = pthread_cond_timedwait(self.added, self.mutex, &deadline)
            self.idle -= 1
            guard code == ETIMEDOUT, self.waiting.isEmpty else { continue }
            self.threads -= 1
            return nil
        }
    }

    /// Hands an answer to the loop; a loop outlives its questions, so one that was cancelled is not asked for.
    private func give(_ lookup: Lookup) {
        pthread_mutex_lock(self.mutex)
        defer { pthread_mutex_unlock(self.mutex) }
        guard !lookup.question.isCancelled else { return }
        let loop = lookup.question.loop
        _ = loop.ioloop.pointee.add_callback?(
            loop.loop,
            { context in
                guard let context else { return }
                let lookup = Unmanaged<Lookup>.fromOpaque(context).takeRetainedValue()
                // Cancelling happens on this thread too, so that nothing changes between the look and the call.
                if !lookup.question.isCancelled { lookup.tell() }
            },
            Unmanaged.passRetained(lookup).toOpaque()
        )
    }
}
