// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import Synchronization

/// Children that the app's main forks while its loop does not run: they go on as apps of their own.
///
/// What a greenlet or a callback forks is a helper instead, which ends by itself: it is told nothing.
enum AppForks {
    typealias Action = @Sendable (_ context: UnsafeMutableRawPointer?) -> Void

    /// Sendable: the table and the loop's handle are constant, and whoever registers keeps the context for good.
    private struct Listener: @unchecked Sendable {
        let ioloop: UnsafePointer<gt_ioloop>
        let loop: OpaquePointer
        let context: UnsafeMutableRawPointer?
        let action: Action
    }

    /// None is ever taken out.
    private static let listeners = Mutex<[Listener]>([])

    /// Calls `action` with `context`, which lives as long as the process, in every such child, before it goes on.
    static func whenMainForks(
        on ioloop: UnsafePointer<gt_ioloop>,
        _ loop: OpaquePointer,
        _ context: UnsafeMutableRawPointer?,
        _ action: @escaping Action
    ) {
        self.listeners.withLock {
            $0.append(Listener(ioloop: ioloop, loop: loop, context: context, action: action))
        }
        _ = self.isWatched
    }

    private static let isWatched: Void = {
        pthread_atfork(nil, nil) { AppForks.tell() }
    }()

    private static func tell() {
        // Another thread of the parent's may have been adding one: then nobody gives the lock back.
        let listeners = self.listeners.withLockIfAvailable { $0 } ?? []
        for listener in listeners where listener.ioloop.pointee.is_running?(listener.loop) == 0 {
            listener.action(listener.context)
        }
    }
}
