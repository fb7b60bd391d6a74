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

    /// What other threads see of this one's progress.
    ///
    /// Never freed: a watcher may look at it at any time.
    let pulse: UnsafeMutablePointer<gt_loop_pulse> = {
        let pulse = UnsafeMutablePointer<gt_loop_pulse>.allocate(capacity: 1)
        pulse.initialize(to: gt_loop_pulse())
        return pulse
    }()

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
            let code = self.turn(until: .infinity)
            if code < 0 { return code }
        }
        return 0
    }

    /// One turn: waits no later than `deadline`.
    ///
    /// The loop counts as running meanwhile, so that what it calls can neither start nor close it. A `stop` is left for
    /// the next `start`.
    func runOnce(until deadline: Double) -> Int32 {
        guard !self.isRunning else { return -EALREADY }
        self.isRunning = true
        defer { self.isRunning = false }
        return self.turn(until: deadline)
    }

    func stop() {
        self.isStopping = true
    }

    /// Descriptors whose handlers do not count as pending.
    var background: Set<Int32> = []

    /// Everything that the loop could still call.
    var pending: Int {
        self.poller.handlerCount - self.background.count + self.timers.count + self.callbacks.takeAndCount()
    }

    /// In the child of a fork: kernel objects of its own, under the same descriptors.
    ///
    /// Whatever fails, all of the parent's are let go of.
    func renew() -> Int32 {
        let code = self.callbacks.renewWakeup()
        let renewed = self.poller.renew()
        return code < 0 ? code : renewed
    }

    func close() -> Int32 {
        guard !self.isRunning else { return -EBUSY }
        self.poller.close()
        return 0
    }

    private func turn(until limit: Double) -> Int32 {
        gt_pulse_turn(self.pulse, 1)
        defer { gt_pulse_turn(self.pulse, 0) }
        let code = self.poller.wait(until: self.callbacks.isWaiting ? -.infinity : min(limit, self.timers.next))
        if code < 0 { return code }
        gt_pulse_mark(self.pulse)
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
