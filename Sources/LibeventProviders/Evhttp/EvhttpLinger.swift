// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CLibevent
import Glibc

/// The end of a connection whose client may still be sending, and is to read the last word.
///
/// evhttp closes its descriptor at once, and a socket that is closed before everything was read resets the client. So this
/// has another descriptor of the socket, from which it reads what nobody wants until the client closes too, or its time is
/// over.
///
/// The engine keeps it until then; libevent refers to it as long.
final class EvhttpLinger {
    private static let seconds = 2
    private static let mostBytes = 256 * 1024

    /// Owned.
    private let descriptor: Int32
    private unowned(unsafe) let engine: EvhttpEngine
    private let deadline: Double
    private var watch: UnsafeMutablePointer<event>?
    private var taken = 0

    /// Nil if there is no descriptor left.
    init?(of descriptor: Int32, engine: EvhttpEngine) {
        self.descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        self.engine = engine
        self.deadline = engine.now + Double(EvhttpLinger.seconds)
        guard self.descriptor >= 0 else { return nil }
        let context = Unmanaged.passUnretained(self).toOpaque()
        self.watch = event_new(
            engine.base,
            self.descriptor,
            Int16(EV_READ | EV_PERSIST),
            { EvhttpLinger.from($2).look(isTimeout: Int32($1) & EV_TIMEOUT != 0) },
            context
        )
        var time = timeval(tv_sec: EvhttpLinger.seconds, tv_usec: 0)
        guard let watch = self.watch, event_add(watch, &time) == 0 else { return nil }
    }

    deinit {
        if let watch = self.watch { event_free(watch) }
        if self.descriptor >= 0 { close(self.descriptor) }
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> EvhttpLinger {
        Unmanaged<EvhttpLinger>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
    }

    private func look(isTimeout: Bool) {
        let size = 16 * 1024
        let (count, code) = withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { place in
            (recv(self.descriptor, place.baseAddress, size, Int32(MSG_DONTWAIT)), errno)
        }
        self.taken += max(count, 0)
        let isOpen = count > 0 || (count < 0 && (code == EAGAIN || code == EINTR))
        let hasTime = !isTimeout && self.engine.now < self.deadline && self.taken < EvhttpLinger.mostBytes
        if !isOpen || !hasTime { self.engine.forget(self) }
    }
}
