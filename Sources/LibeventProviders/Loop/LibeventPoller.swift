// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import CProviderKit
import Glibc
import ProviderKit

/// Waits with an `event_base`: one persistent event a descriptor, and one pass of libevent's loop a turn.
///
/// Timeouts come as a deadline for each wait. It is kept in a timerfd that is set only when the earliest deadline gets
/// earlier: libevent's own precise timers would set theirs at every pass, and its others round to four milliseconds.
final class LibeventPoller: LoopPoller {
    /// Owned.
    let base: OpaquePointer
    private var handlers = HandlerTable()
    private var deadline: LibeventDeadline?
    /// The event of the loop's wakeup descriptor.
    ///
    /// Owned.
    private var wakeupEvent: UnsafeMutablePointer<event>?
    private var isClosed = false
    /// What asks DNS on this base.
    let dns: EvdnsBase
    /// Handlers that want only errors: libevent has no event for that.
    private(set) lazy var errorWatch = ErrorWatch(base: self.base)

    /// A base that waits with `method`; null with `errno` set if libevent makes none.
    init?(method: String?) {
        guard let base = LibeventBase.make(method: method) else {
            errno = ENOMEM
            return nil
        }
        self.base = base
        self.dns = EvdnsBase(base: base)
        self.deadline = LibeventDeadline(base: base)
        if self.deadline == nil {
            event_base_free(base)
            return nil
        }
    }

    deinit {
        self.close()
    }

    var backend: UnsafePointer<CChar> { event_base_get_method(self.base) }

    func close() {
        guard !self.isClosed else { return }
        self.isClosed = true
        self.dns.close()
        if let event = self.wakeupEvent { event_free(event) }
        self.deadline?.close()
        self.handlers.removeAll()
        self.errorWatch.close()
        event_base_free(self.base)
    }

    func watchWakeup(_ wakeup: Int32) -> Int32 {
        let event = event_new(
            self.base,
            wakeup,
            Int16(EV_READ | EV_PERSIST),
            { descriptor, _, _ in
                var count: UInt64 = 0
                _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
            },
            nil
        )
        guard let event else { return -ENOMEM }
        self.wakeupEvent = event
        return event_add(event, nil) == 0 ? 0 : -EIO
    }

    /// Of the base's events, without those that are this object's.
    var handlerCount: Int {
        // An event that is about to be called counts twice.
        let all = event_base_get_num_events(self.base, UInt32(EVENT_BASE_COUNT_ADDED))
        let active = event_base_get_num_events(self.base, UInt32(EVENT_BASE_COUNT_ACTIVE))
        let own = (self.deadline == nil ? 0 : 1) + (self.wakeupEvent == nil ? 0 : 1)
        return Int(all - active) - own - self.errorWatch.eventCount + self.errorWatch.count
    }

    func renew() -> Int32 {
        // First what the base watches, then the base, which begins to watch it anew.
        let codes = (self.deadline?.renew() ?? 0, self.errorWatch.renew())
        self.dns.renew()
        // It ends the process if it has no way to wait, and fails where one handler's descriptor is closed or a file by now.
        event_reinit(self.base)
        return min(codes.0, codes.1)
    }

    func wait(until deadline: Double) -> Int32 {
        self.dns.forget()
        var flags = EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY
        if deadline == -.infinity {
            flags |= EVLOOP_NONBLOCK
        } else if let code = self.deadline?.set(deadline), code < 0 {
            return code
        }
        return event_base_loop(self.base, Int32(flags)) < 0 ? -EIO : 0
    }

    // MARK: Handlers

    func add(
        _ fd: Int32,
        _ events: UInt32,
        readiness: Bool,
        _ callback: @escaping gt_fd_callback,
        _ context: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard self.handlers[fd] == nil else { return -EEXIST }
        let handler = LibeventHandler(fd, events, readiness: readiness, callback, context)
        let code = handler.watch(self)
        if code == 0 { self.handlers[fd] = handler }
        return code
    }

    func update(_ fd: Int32, _ events: UInt32) -> Int32 {
        guard let handler = self.handlers[fd] else { return -ENOENT }
        let before = handler.events
        if before == events { return 0 }
        handler.unwatch(self)
        handler.events = events
        let code = handler.watch(self)
        guard code < 0 else { return 0 }
        handler.events = before
        _ = handler.watch(self)
        return code
    }

    func remove(_ fd: Int32) -> Int32 {
        guard let handler = self.handlers[fd] else { return -ENOENT }
        handler.unwatch(self)
        self.handlers[fd] = nil
        return 0
    }
}
