// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import CGTornado
import CProviderKit
import Glibc

/// Waits with epoll, level-triggered.
///
/// epoll's bits for reading, writing, error and hang-up are the seam's own numbers.
public final class EpollPoller: LoopPoller {
    private static let batch: Int32 = 512
    /// Marks the wakeup descriptor, which has no handler.
    private static let wakeupMark = UInt64.max
    private static let errors = UInt32(GT_ERROR)

    /// One descriptor's handler.
    ///
    /// A new handler gets a new number, so that an event which was fetched for an earlier one, or for an earlier file
    /// with the same descriptor, is told from its own.
    private struct Handler {
        var callback: gt_fd_callback?
        var context: UnsafeMutableRawPointer?
        var events: UInt32 = 0
        var number: UInt32 = 0
    }

    /// The epoll instance, which is itself readable when a descriptor is ready.
    ///
    /// Owned.
    public let descriptor: Int32
    private let ready: UnsafeMutablePointer<epoll_event>
    /// Indexed by descriptor.
    ///
    /// Owned.
    private var handlers = UnsafeMutableBufferPointer<Handler>(start: nil, count: 0)
    private var lastNumber: UInt32 = 0
    /// How many descriptors have a handler.
    public private(set) var handlerCount = 0
    /// -1 as long as none is watched.
    private var wakeup: Int32 = -1
    private var isClosed = false

    /// An epoll instance; null with `errno` set if the system gives none.
    public init?() {
        self.descriptor = epoll_create1(Int32(O_CLOEXEC))
        self.ready = .allocate(capacity: Int(Self.batch))
        if self.descriptor < 0 {
            self.isClosed = true
            return nil
        }
    }

    deinit {
        self.close()
        self.ready.deallocate()
        self.handlers.deallocate()
    }

    /// The kernel interface: "epoll".
    public var backend: UnsafePointer<CChar> { StaticText.pointer("epoll") }

    /// Closes the epoll instance.
    public func close() {
        guard !self.isClosed else { return }
        self.isClosed = true
        Glibc.close(self.descriptor)
    }

    /// Watches the eventfd `wakeup`, edge-triggered: each write ends one wait, and nobody needs to read.
    public func watchWakeup(_ wakeup: Int32) -> Int32 {
        self.wakeup = wakeup
        return self.control(EPOLL_CTL_ADD, wakeup, UInt32(GT_READ) | EPOLLET.rawValue, Self.wakeupMark)
    }

    /// Another epoll instance under the same descriptor, with the same handlers.
    ///
    /// Those whose descriptor was closed get none, as in the parent.
    public func renew() -> Int32 {
        let code = gt_renew(self.descriptor, gt_epoll)
        if code < 0 { return code }
        // No iterator: where its type is generic at run time, the runtime looks it up under a lock, and if another thread
        // of the parent held that at the fork, nobody ever gives it back.
        var index = 0
        while index < self.handlers.count {
            // One whose descriptor is closed or a file by now stays behind.
            _ = self.renew(index)
            index += 1
        }
        return self.wakeup < 0 ? 0 : self.watchWakeup(self.wakeup)
    }

    private func renew(_ index: Int) -> Int32 {
        let handler = self.handlers[index]
        if handler.callback == nil { return 0 }
        let fd = Int32(index)
        return self.control(EPOLL_CTL_ADD, fd, handler.events & ~Self.errors, Self.mark(fd, handler))
    }

    // MARK: Handlers

    /// Adds a handler; -EEXIST if the descriptor has one.
    public func add(
        _ fd: Int32,
        _ events: UInt32,
        readiness _: Bool,
        _ callback: @escaping gt_fd_callback,
        _ context: UnsafeMutableRawPointer?
    ) -> Int32 {
        let index = Int(fd)
        if index >= self.handlers.count { self.grow(to: index + 1) }
        guard self.handlers[index].callback == nil else { return -EEXIST }
        self.lastNumber &+= 1
        let handler = Handler(callback: callback, context: context, events: events, number: self.lastNumber)
        let code = self.control(EPOLL_CTL_ADD, fd, events & ~Self.errors, Self.mark(fd, handler))
        guard code == 0 else { return code }
        self.handlers[index] = handler
        self.handlerCount += 1
        return 0
    }

    /// Changes what a handler is told of; -ENOENT if there is none.
    public func update(_ fd: Int32, _ events: UInt32) -> Int32 {
        guard self.has(fd) else { return -ENOENT }
        let index = Int(fd)
        let code = self.control(EPOLL_CTL_MOD, fd, events & ~Self.errors, Self.mark(fd, self.handlers[index]))
        if code == 0 { self.handlers[index].events = events }
        return code
    }

    /// Removes a handler; -ENOENT if there is none.
    public func remove(_ fd: Int32) -> Int32 {
        guard self.has(fd) else { return -ENOENT }
        self.handlers[Int(fd)] = Handler()
        self.handlerCount -= 1
        // It fails where the descriptor was closed before: then the kernel has forgotten it by itself.
        _ = self.control(EPOLL_CTL_DEL, fd, 0, 0)
        return 0
    }

    /// Whether a descriptor has a handler here.
    public func has(_ fd: Int32) -> Bool {
        Int(fd) < self.handlers.count && self.handlers[Int(fd)].callback != nil
    }

    // MARK: Waiting

    /// Waits and calls the handlers of what is ready, 512 at most.
    public func wait(until deadline: Double) -> Int32 {
        let count = gt_epoll_wait(self.descriptor, self.ready, Self.batch, Self.seconds(until: deadline))
        guard count >= 0 else { return errno == EINTR ? 0 : -errno }
        for index in 0..<Int(count) { self.dispatch(self.ready[index]) }
        return 0
    }

    private static func seconds(until deadline: Double) -> Double {
        if deadline == -.infinity { return 0 }
        if deadline == .infinity { return -1 }
        return max(0, deadline - MonotonicClock.now)
    }

    private func dispatch(_ event: epoll_event) {
        let mark = event.data.u64
        if mark == Self.wakeupMark { return }
        let fd = Int32(truncatingIfNeeded: mark & 0x7FFF_FFFF)
        // A handler that ran before in this turn may have removed this one, put another in its place, or changed it.
        guard Int(fd) < self.handlers.count else { return }
        let handler = self.handlers[Int(fd)]
        guard let callback = handler.callback, handler.number == UInt32(truncatingIfNeeded: mark >> 32) else { return }
        let happened = event.events & handler.events & ~Self.errors
        let failed = event.events & Self.errors != 0 ? Self.errors : 0
        if happened | failed != 0 { callback(fd, happened | failed, handler.context) }
    }

    // MARK: Plumbing

    private static func mark(_ fd: Int32, _ handler: Handler) -> UInt64 {
        UInt64(handler.number) << 32 | UInt64(UInt32(bitPattern: fd))
    }

    private func control(_ operation: Int32, _ fd: Int32, _ events: UInt32, _ mark: UInt64) -> Int32 {
        var event = epoll_event()
        event.events = events
        event.data.u64 = mark
        return epoll_ctl(self.descriptor, operation, fd, &event) < 0 ? -errno : 0
    }

    private func grow(to count: Int) {
        let larger = UnsafeMutableBufferPointer<Handler>.allocate(capacity: max(count, self.handlers.count * 2, 64))
        let end = larger.moveInitialize(fromContentsOf: self.handlers)
        larger[end...].initialize(repeating: Handler())
        self.handlers.deallocate()
        self.handlers = larger
    }
}
