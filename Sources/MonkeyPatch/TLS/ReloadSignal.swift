// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CProviderKit
import Glibc
import Synchronization

/// SIGHUP, from the first server with TLS on: before that, and without one, it does what it always does.
///
/// An instance lives as long as the process.
///
/// Sendable: the tables and the loop's handle are constant, and the loop's `add_callback` takes calls from any thread.
final class ReloadSignal: @unchecked Sendable {
    private let ioloop: UnsafePointer<gt_ioloop>
    private let loop: OpaquePointer
    private let action: @Sendable () -> Void
    private let failed: @Sendable (Int32) -> Void
    private let state = Mutex<State>(.idle)
    /// What the signal writes to, once it is watched.
    private let descriptor = Atomic<Int32>(-1)
    /// Whose signals these are.
    private let process = Atomic<Int32>(0)

    private enum State {
        case idle
        case watched
        /// The app handles the signal itself.
        case taken
    }

    /// Ready to watch on this thread's loop; nil if there is none.
    ///
    /// `failed` is given an errno value if it then cannot be watched.
    init?(
        _ registry: ProviderRegistry,
        action: @escaping @Sendable () -> Void,
        failed: @escaping @Sendable (Int32) -> Void
    ) {
        guard let ioloop = registry.ioloop, let loop = ioloop.pointee.current?() else { return nil }
        self.ioloop = ioloop
        self.loop = loop
        self.action = action
        self.failed = failed
    }

    /// Watches, if nobody does yet: a signal that comes before the loop's next turn is acted upon then.
    ///
    /// False, once, if the app handles the signal itself.
    func watch() -> Bool {
        let isNew = self.state.withLock { state in
            guard state == .idle else { return false }
            state = gt_reload_signal_is_taken() != 0 ? .taken : .watched
            return true
        }
        guard isNew else { return true }
        guard self.state.withLock({ $0 }) == .watched else { return false }
        // From here on, not from that turn on: the app says soon that it listens, and whoever reads that may signal.
        let descriptor = gt_eventfd()
        let code = descriptor < 0 ? -errno : gt_watch_reload_signal(descriptor)
        guard code == 0 else {
            if descriptor >= 0 { close(descriptor) }
            self.failed(-code)
            return true
        }
        self.descriptor.store(descriptor, ordering: .relaxed)
        self.process.store(getpid(), ordering: .relaxed)
        // Retained for good: the loop and the signal may come back to it as long as the process lives.
        let context = Unmanaged.passRetained(self).toOpaque()
        let added = self.ioloop.pointee.add_callback?(self.loop, { ReloadSignal.from($0)?.begin() }, context)
        if added != 0 { self.giveUp(added ?? -ENOTSUP) }
        return true
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> ReloadSignal? {
        context.map { Unmanaged<ReloadSignal>.fromOpaque($0).takeUnretainedValue() }
    }

    /// On the loop's thread, where alone descriptors may be given to it.
    private func begin() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let descriptor = self.descriptor.load(ordering: .relaxed)
        if self.process.load(ordering: .relaxed) != getpid() {
            let code = self.watchInChild(descriptor)
            guard code == 0 else { return self.giveUp(code) }
        }
        let added = self.ioloop.pointee.add_handler?(
            self.loop,
            descriptor,
            UInt32(GT_READ | GT_BACKGROUND),
            { descriptor, _, context in
                // Signals that came since are one.
                var count: UInt64 = 0
                _ = read(descriptor, &count, 8)
                ReloadSignal.from(context)?.action()
            },
            context
        )
        if added != 0 { self.giveUp(added ?? -ENOTSUP) }
    }

    /// In a child that was forked meanwhile, whose descriptor is another file of the same number.
    private func watchInChild(_ descriptor: Int32) -> Int32 {
        gt_reload_signal_is_taken() == 0 ? gt_watch_reload_signal(descriptor) : 0
    }

    private func giveUp(_ code: Int32) {
        gt_forget_reload_signal()
        close(self.descriptor.load(ordering: .relaxed))
        self.failed(-code)
    }
}
