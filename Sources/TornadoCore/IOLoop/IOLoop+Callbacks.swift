// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

extension IOLoop {
    /// Runs `callback` on the loop's thread soon, after those added before it, and never inside this call.
    ///
    /// From any thread. Dropped if the loop is closed. A callback added by a callback runs in a later turn, after
    /// descriptors and timeouts got theirs.
    public func addCallback(_ callback: sending @escaping () throws -> Void) {
        self.enqueue(CallbackBox(callback))
    }

    /// Runs `callback` soon, like ``addCallback(_:)``, but from the loop's thread only, which lets it capture anything.
    public func spawnCallback(_ callback: @escaping () throws -> Void) {
        self.checkThread("IOLoop.spawnCallback")
        self.enqueue(CallbackBox(callback))
    }

    /// Queues the callback of `callback` from inside a signal handler, in any thread.
    ///
    /// Takes no lock, allocates nothing and leaves `errno` alone. Make the ``SignalCallback`` beforehand, outside the
    /// handler.
    ///
    /// - Returns: False if 64 callbacks are waiting already; this one is then not queued.
    @discardableResult
    public static func addCallbackFromSignal(_ callback: SignalCallback) -> Bool {
        callback.add()
    }

    private func enqueue(_ box: CallbackBox) {
        let context = Unmanaged.passRetained(box)
        if !self.add(CallbackBox.call, context.toOpaque()) { context.release() }
    }
}

/// A closure on its way to the loop, which owns it until it is called.
final class CallbackBox {
    private let callback: () throws -> Void

    init(_ callback: @escaping () throws -> Void) {
        self.callback = callback
    }

    /// Takes the reference over.
    static let call: gt_callback = { context in
        guard let context else { return }
        let box = Unmanaged<CallbackBox>.fromOpaque(context).takeRetainedValue()
        do {
            try box.callback()
        } catch {
            CallbackFailure.log(error, in: "callback")
        }
    }
}
