// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CProviderKit
import Glibc

/// An event loop over any way of waiting: callbacks, timeouts, and the order of things.
///
/// A turn is: wait for descriptors and call the handlers of those ready; then the timeouts that are due; then the
/// callbacks that are queued by then, so that what a handler adds runs in the same turn. What a callback adds, and
/// timeouts set to the past, wait for the next turn: descriptors and timeouts get theirs in between.
public final class LoopEngine {
    /// How the loop waits.
    public let poller: any LoopPoller
    let callbacks: CallbackQueue
    private let thread = pthread_self()
    private(set) var isRunning = false

    private var timers = TimerHeap()
    private var isStopping = false

    /// A loop of the calling thread; null with `errno` set if it can't be made.
    init?(poller: any LoopPoller) {
        guard let callbacks = CallbackQueue() else { return nil }
        self.poller = poller
        self.callbacks = callbacks
        let code = poller.watchWakeup(callbacks.wakeup)
        guard code == 0 else {
            poller.close()
            errno = -code
            return nil
        }
    }

    deinit {
        self.timers.deallocate()
    }

    /// Whether the caller is on the loop's thread.
    @inline(__always)
    var isOnThread: Bool { pthread_equal(self.thread, pthread_self()) != 0 }

    // MARK: Running

    func start() -> Int32 {
        guard !self.isRunning else { return -EALREADY }
        self.isRunning = true
        defer {
            self.isRunning = false
            self.isStopping = false
        }
        while !self.isStopping {
            let code = self.turn()
            if code < 0 { return code }
        }
        return 0
    }

    func stop() {
        self.isStopping = true
    }

    func close() -> Int32 {
        guard !self.isRunning else { return -EBUSY }
        self.poller.close()
        return 0
    }

    private func turn() -> Int32 {
        let code = self.poller.wait(until: self.callbacks.isWaiting ? -.infinity : self.timers.next)
        if code < 0 { return code }
        if self.timers.next < .infinity { self.runTimers() }
        self.callbacks.runPass()
        return 0
    }

    private func runTimers() {
        self.timers.collectDue(MonotonicClock.now)
        guard self.timers.dueCount > 0 else { return }
        for index in 0..<self.timers.dueCount {
            if let entry = self.timers.takeDue(index) { entry.callback(entry.context) }
        }
        self.timers.endDue()
    }

    // MARK: Callbacks and timeouts

    @inline(__always)
    func addCallback(_ callback: @escaping gt_callback, _ context: UnsafeMutableRawPointer?) {
        if self.isOnThread {
            self.callbacks.append(callback, context)
        } else {
            self.callbacks.post(callback, context)
        }
    }

    func callAt(
        _ when: Double,
        _ callback: @escaping gt_callback,
        _ context: UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(self.timers.insert(when, callback, context))
    }

    func removeTimeout(_ handle: UnsafeMutableRawPointer) {
        self.timers.remove(handle.assumingMemoryBound(to: TimerHeap.Node.self))
    }
}
