// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado

/// The one thing in which loops differ: how they wait for descriptors.
///
/// ``LoopEngine`` does the rest.
///
/// All calls are made on the loop's thread. Codes are 0 or a negative errno value.
public protocol LoopPoller: AnyObject {
    /// The kernel interface in use: "epoll", "poll", "select". Lives as long as the poller.
    var backend: UnsafePointer<CChar> { get }
    /// Watches the eventfd `wakeup` from now on: its only effect is to end a wait.
    func watchWakeup(_ wakeup: Int32) -> Int32
    /// Waits until a descriptor is ready or the clock (``MonotonicClock``) has reached `deadline`, and calls the handlers
    /// of those that are ready. A deadline of -infinity means not to wait, +infinity to wait for ever.
    func wait(until deadline: Double) -> Int32
    /// Adds a handler for a descriptor that has none.
    ///
    /// With `readiness`, errors and hang-ups may be told as the events that are waited for, where there are any.
    func add(
        _ fd: Int32,
        _ events: UInt32,
        readiness: Bool,
        _ callback: @escaping gt_fd_callback,
        _ context: UnsafeMutableRawPointer?
    ) -> Int32
    /// Changes what the descriptor's handler is told of.
    func update(_ fd: Int32, _ events: UInt32) -> Int32
    /// Removes the descriptor's handler, which is not called any more, not even for what was ready already.
    func remove(_ fd: Int32) -> Int32
    /// How many handlers there are, those of whoever else uses what it waits with included.
    var handlerCount: Int { get }
    /// In the child of a fork, which shares them with its parent: puts new kernel objects in the place of the poller's
    /// own, and has them watch what is watched.
    func renew() -> Int32
    /// Gives everything back. Nothing is called after it.
    func close()
}
