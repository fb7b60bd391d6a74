// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import Glibc

/// One descriptor's handler and its event.
///
/// libevent has no word for an error or a hang-up: it reports both as readable and writable. So the handler asks poll(2)
/// what is true before it tells, a call of some 0.2 µs, unless its owner is content with readiness. (EV_CLOSED would not
/// do: it means that the peer has finished sending, it says nothing of errors, and only epoll has it.)
///
/// The poller owns it. libevent refers to it, unretained, from `watch` to `unwatch`.
final class LibeventHandler {
    private static let errors = UInt32(GT_ERROR)

    private let fd: Int32
    /// Whether errors and hang-ups may be told as libevent tells them.
    private let readiness: Bool
    private let callback: gt_fd_callback
    private let context: UnsafeMutableRawPointer?
    var events: UInt32
    private var event: UnsafeMutablePointer<event>?

    init(
        _ fd: Int32,
        _ events: UInt32,
        readiness: Bool,
        _ callback: @escaping gt_fd_callback,
        _ context: UnsafeMutableRawPointer?
    ) {
        self.fd = fd
        self.readiness = readiness
        self.events = events
        self.callback = callback
        self.context = context
    }

    func watch(_ poller: LibeventPoller) -> Int32 {
        var wanted = EV_PERSIST
        if self.events & UInt32(GT_READ) != 0 { wanted |= EV_READ }
        if self.events & UInt32(GT_WRITE) != 0 { wanted |= EV_WRITE }
        guard wanted != EV_PERSIST else { return poller.errorWatch.add(self.fd, self.callback, self.context) }
        let refusal = LibeventBase.refusal(of: self.fd, by: poller.base)
        guard refusal == 0 else { return refusal }
        let event = event_new(
            poller.base,
            self.fd,
            Int16(wanted),
            { _, what, context in
                guard let context else { return }
                Unmanaged<LibeventHandler>.fromOpaque(context).takeUnretainedValue().ready(what)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        guard let event else { return -ENOMEM }
        errno = 0
        guard event_add(event, nil) == 0 else {
            let code = errno
            event_free(event)
            return code == 0 ? -EINVAL : -code
        }
        self.event = event
        return 0
    }

    func unwatch(_ poller: LibeventPoller) {
        guard let event = self.event else { return poller.errorWatch.remove(self.fd) }
        self.event = nil
        event_free(event)
    }

    func free() {
        if let event = self.event { event_free(event) }
        self.event = nil
    }

    private func ready(_ what: Int16) {
        let callback = self.callback
        callback(self.fd, self.happened(what), self.context)
    }

    private func happened(_ what: Int16) -> UInt32 {
        var happened: UInt32 = 0
        if what & Int16(EV_READ) != 0 { happened |= UInt32(GT_READ) }
        if what & Int16(EV_WRITE) != 0 { happened |= UInt32(GT_WRITE) }
        if self.readiness { return happened }
        var state = pollfd(fd: self.fd, events: Int16(POLLIN | POLLOUT), revents: 0)
        guard poll(&state, 1, 0) > 0 else { return happened }
        let found = Int32(state.revents)
        guard found & (POLLERR | POLLHUP) != 0 else { return happened }
        var actual = Self.errors
        if found & POLLIN != 0 { actual |= UInt32(GT_READ) }
        if found & POLLOUT != 0 { actual |= UInt32(GT_WRITE) }
        return actual & (self.events | Self.errors)
    }
}
