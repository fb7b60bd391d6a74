// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// A callback that a signal handler can queue: prepared outside the handler, queued inside, run on the loop's thread.
///
/// ```swift
/// nonisolated(unsafe) var reload: SignalCallback?
/// reload = IOLoop.current.makeSignalCallback { readConfiguration() }
/// signal(SIGHUP) { _ in if let reload { IOLoop.addCallbackFromSignal(reload) } }
/// ```
///
/// The value is a few plain words: copying it counts no references. What it stands for is kept as long as the process
/// lives, because a signal may come at any time.
///
/// - Note: The unchecked conformance is sound because the words are constant, and the function behind them may be called
///   from any thread.
public struct SignalCallback: @unchecked Sendable {
    private let addFromSignal: @convention(c) (OpaquePointer?, gt_callback?, UnsafeMutableRawPointer?) -> Int32
    private let loop: OpaquePointer
    private let call: gt_callback
    private let context: UnsafeMutableRawPointer

    init(_ loop: IOLoop, _ callback: @escaping () throws -> Void) {
        self.addFromSignal = loop.table.pointee.add_callback_from_signal
        self.loop = loop.handle
        self.call = { context in
            guard let context else { return }
            Unmanaged<SignalCallbackBox>.fromOpaque(context).takeUnretainedValue().run()
        }
        self.context = Unmanaged.passRetained(SignalCallbackBox(callback)).toOpaque()
    }

    func add() -> Bool {
        self.addFromSignal(self.loop, self.call, self.context) == 0
    }
}

extension IOLoop {
    /// Prepares a callback for ``addCallbackFromSignal(_:)``.
    ///
    /// The loop must not be closed as long as the signal may come.
    public func makeSignalCallback(_ callback: @escaping () throws -> Void) -> SignalCallback {
        self.checkThread("IOLoop.makeSignalCallback")
        return SignalCallback(self, callback)
    }
}

private final class SignalCallbackBox {
    private let callback: () throws -> Void

    init(_ callback: @escaping () throws -> Void) {
        self.callback = callback
    }

    func run() {
        do {
            try self.callback()
        } catch {
            CallbackFailure.log(error, in: "signal callback")
        }
    }
}
