// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CProviderKit
import Glibc

/// What runs on a loop soon: one order for callbacks of its own thread, of other threads and of signal handlers.
///
/// The loop's thread appends to a buffer. Other threads add to an inbox and wake the loop once; the inbox is moved behind
/// what the loop's thread has queued so far before that thread queues any more, so that nothing overtakes what was added
/// before it.
///
/// - Note: The unchecked conformance is sound because `post` touches only the inbox, which is made for it, and the wakeup
///   descriptor, which never changes; everything else is documented to be the loop's thread's own.
final class CallbackQueue: @unchecked Sendable {
    /// A callback and its context.
    ///
    /// Unchecked because it is handed over whole, and C's contract says that the context may be used on the loop's
    /// thread; nothing here looks into it.
    struct Entry: @unchecked Sendable {
        var callback: gt_callback
        var context: UnsafeMutableRawPointer?
    }

    /// The descriptor that other threads write to: an eventfd.
    ///
    /// Owned.
    let wakeup: Int32
    /// What signal handlers write to.
    ///
    /// Owned.
    let ring: OpaquePointer

    // The loop's thread's own.
    private var waiting = EntryBuffer()
    private var running = EntryBuffer()
    /// How many of `running` are still to be called.
    private var left = 0

    // Other threads'.
    private let inbox = CallbackInbox()

    /// An empty queue; null with `errno` set if the system gives no eventfd.
    init?() {
        let wakeup = gt_eventfd()
        guard wakeup >= 0 else { return nil }
        guard let ring = gt_signal_ring_create(wakeup) else {
            close(wakeup)
            errno = ENOMEM
            return nil
        }
        self.wakeup = wakeup
        self.ring = ring
    }

    deinit {
        gt_signal_ring_destroy(self.ring)
        close(self.wakeup)
        self.takeInbox()
        self.waiting.deallocate()
        self.running.deallocate()
    }

    /// Adds from the loop's thread.
    @inline(__always)
    func append(_ callback: @escaping gt_callback, _ context: UnsafeMutableRawPointer?) {
        if !self.inbox.isEmpty { self.takeInbox() }
        self.waiting.append(Entry(callback: callback, context: context))
    }

    /// Adds from any other thread.
    func post(_ callback: @escaping gt_callback, _ context: UnsafeMutableRawPointer?) {
        if self.inbox.add(Entry(callback: callback, context: context)) { self.wake() }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(self.wakeup, &one, MemoryLayout<UInt64>.size)
    }

    /// Whether the loop's thread has callbacks to run.
    ///
    /// Those of others wake the loop instead.
    var isWaiting: Bool { self.waiting.count > 0 }

    /// How many are still to be called, those of other threads and of signal handlers included.
    ///
    /// It takes them over, which it must to count them.
    func takeAndCount() -> Int {
        self.takeRing()
        if !self.inbox.isEmpty { self.takeInbox() }
        return self.waiting.count + self.left
    }

    /// In the child of a fork: another eventfd under the same descriptor.
    ///
    /// It is readable, since what others have added may not have been seen yet.
    func renewWakeup() -> Int32 {
        let code = gt_renew(self.wakeup, gt_eventfd)
        if code == 0 { self.wake() }
        return code
    }

    /// Runs what is queued by now.
    ///
    /// What is added meanwhile waits for the next pass.
    func runPass() {
        self.takeRing()
        if !self.inbox.isEmpty { self.takeInbox() }
        guard self.waiting.count > 0 else { return }
        swap(&self.waiting, &self.running)
        // Nobody appends to `running`, so its memory stays where it is.
        let entries = self.running.entries
        self.left = entries.count
        for entry in entries {
            self.left &-= 1
            entry.callback(entry.context)
        }
        self.running.removeAll()
    }

    private func takeInbox() {
        self.inbox.take { self.waiting.append($0) }
    }

    private func takeRing() {
        var callback: gt_callback?
        var context: UnsafeMutableRawPointer?
        while gt_signal_ring_take(self.ring, &callback, &context) != 0 {
            if let callback { self.waiting.append(Entry(callback: callback, context: context)) }
        }
    }
}
