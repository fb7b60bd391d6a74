// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import Glibc
import ProviderKit

/// Handlers that want to be told of errors and nothing else, on any of libevent's methods: they wait in an epoll
/// instance, which is itself a descriptor that libevent can watch.
final class ErrorWatch {
    private let base: OpaquePointer
    private var poller: EpollPoller?
    private var event: UnsafeMutablePointer<event>?

    init(base: OpaquePointer) {
        self.base = base
    }

    func add(_ fd: Int32, _ callback: @escaping gt_fd_callback, _ context: UnsafeMutableRawPointer?) -> Int32 {
        if self.poller == nil {
            let code = self.begin()
            if code < 0 { return code }
        }
        return self.poller?.add(fd, 0, readiness: false, callback, context) ?? -EIO
    }

    func remove(_ fd: Int32) {
        _ = self.poller?.remove(fd)
    }

    /// How many handlers it has.
    var count: Int { self.poller?.handlerCount ?? 0 }
    /// How many events of the base are its own.
    var eventCount: Int { self.event == nil ? 0 : 1 }

    /// Another epoll instance under the same descriptor.
    func renew() -> Int32 { self.poller?.renew() ?? 0 }

    func close() {
        if let event = self.event { event_free(event) }
        self.event = nil
        self.poller?.close()
        self.poller = nil
    }

    /// Made at the first use: few apps wait for errors alone.
    private func begin() -> Int32 {
        guard let poller = EpollPoller() else { return -errno }
        let event = event_new(
            self.base,
            poller.descriptor,
            Int16(EV_READ | EV_PERSIST),
            { _, _, context in
                // Unretained: the event is freed before its owner.
                guard let context else { return }
                _ = Unmanaged<EpollPoller>.fromOpaque(context).takeUnretainedValue().wait(until: -.infinity)
            },
            Unmanaged.passUnretained(poller).toOpaque()
        )
        guard let event else { return -ENOMEM }
        guard event_add(event, nil) == 0 else {
            event_free(event)
            return -EINVAL
        }
        self.event = event
        self.poller = poller
        return 0
    }
}
