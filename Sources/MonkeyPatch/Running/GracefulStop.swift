// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CProviderKit
import Glibc

/// Ends a run at SIGINT or SIGTERM: no new connections, requests get time to finish, then the loop stops.
///
/// The handlers are installed by the loop's first turn. A signal before that does what it always does: it ends the
/// process. A second one ends the process at once, with status 128 + its number.
///
/// A child that was forked before that installs its own; in any other, signals do what they did before the run.
///
/// An instance lives as long as the process, and is used on the loop's thread only.
final class GracefulStop {
    private let ioloop: UnsafePointer<gt_ioloop>
    private let httpserver: UnsafePointer<gt_httpserver>?
    private let loop: OpaquePointer
    private let grace: Double
    private let events: RunEvents
    private var descriptor: Int32 = -1

    private init(
        ioloop: UnsafePointer<gt_ioloop>,
        httpserver: UnsafePointer<gt_httpserver>?,
        loop: OpaquePointer,
        grace: Double,
        events: RunEvents
    ) {
        self.ioloop = ioloop
        self.httpserver = httpserver
        self.loop = loop
        self.grace = grace
        self.events = events
    }

    /// What the loop waits with.
    var backend: String? {
        self.ioloop.pointee.backend?(self.loop).map { String(cString: $0) }
    }

    /// Makes this thread's loop, which becomes the app's own, and has it watch for signals; null if there is none.
    static func prepare(_ registry: ProviderRegistry, grace: Double, events: RunEvents) -> GracefulStop? {
        guard let ioloop = registry.ioloop, let loop = ioloop.pointee.current?() else { return nil }
        let stop = GracefulStop(
            ioloop: ioloop,
            httpserver: registry.httpserver,
            loop: loop,
            grace: grace,
            events: events
        )
        // Retained for good: the loop and the signal may come back to it as long as the process lives.
        let context = Unmanaged.passRetained(stop).toOpaque()
        _ = ioloop.pointee.add_callback?(loop, { GracefulStop.from($0)?.watch() }, context)
        return stop
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> GracefulStop? {
        context.map { Unmanaged<GracefulStop>.fromOpaque($0).takeUnretainedValue() }
    }

    private func watch() {
        self.descriptor = gt_eventfd()
        guard self.descriptor >= 0 else { return }
        let context = Unmanaged.passUnretained(self).toOpaque()
        let added = self.ioloop.pointee.add_handler?(
            self.loop,
            self.descriptor,
            UInt32(GT_READ | GT_BACKGROUND),
            { _, _, context in GracefulStop.from(context)?.begin() },
            context
        )
        if added == 0 { gt_watch_stop_signals(self.descriptor) }
    }

    /// The first signal: called by the loop, not by the signal handler.
    private func begin() {
        _ = self.ioloop.pointee.remove_handler?(self.loop, self.descriptor)
        self.events.stopping(gt_stop_signal(), self.grace)
        guard let shutdown = self.httpserver?.pointee.shutdown else { return self.finish() }
        let context = Unmanaged.passUnretained(self).toOpaque()
        shutdown(
            self.loop,
            self.grace,
            { context, dropped in
                guard let stop = GracefulStop.from(context) else { return }
                if dropped > 0 { stop.events.dropped(dropped) }
                stop.finish()
            },
            context
        )
    }

    private func finish() {
        self.ioloop.pointee.stop?(self.loop)
    }
}
