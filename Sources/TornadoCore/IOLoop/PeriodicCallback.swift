// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// Calls a function again and again, every so many milliseconds, on the loop of the thread that starts it.
///
/// ```swift
/// let beat = PeriodicCallback(callbackTime: 500) { print("still here") }
/// beat.start()
/// ```
///
/// Runs are set by the clock: one that comes late does not shift the others, and runs that were missed, because something
/// held the loop up, are skipped. Used on the loop's thread only.
public final class PeriodicCallback {
    /// Milliseconds between two runs; more than 0.
    public let callbackTime: Double
    /// By what part of the time each run may come earlier or later, at random: 0.1 is up to 5 % either way.
    public let jitter: Double
    private let callback: () throws -> Void
    private var loop: IOLoop?
    private var timeout: Timeout?
    private var nextRun = 0.0

    /// A periodic callback that is not started yet.
    ///
    /// - Parameters:
    ///   - callbackTime: Milliseconds between two runs; more than 0.
    ///   - jitter: By what part of that each run may be off, at random; 0 to 1.
    ///   - callback: What it throws is logged, and does not end the series.
    public init(callbackTime: Double, jitter: Double = 0, _ callback: @escaping () throws -> Void) {
        demand(
            callbackTime > 0 && callbackTime.isFinite,
            "PeriodicCallback needs a time of more than 0 milliseconds, not \(callbackTime)."
        )
        demand(jitter >= 0 && jitter <= 1, "PeriodicCallback needs a jitter from 0 to 1, not \(jitter).")
        self.callbackTime = callbackTime
        self.jitter = jitter
        self.callback = callback
    }

    /// A periodic callback that is not started yet.
    ///
    /// - Parameters:
    ///   - callbackTime: The time between two runs; more than 0.
    ///   - jitter: By what part of that each run may be off, at random; 0 to 1.
    ///   - callback: What it throws is logged, and does not end the series.
    public convenience init(callbackTime: Duration, jitter: Double = 0, _ callback: @escaping () throws -> Void) {
        self.init(callbackTime: callbackTime.inSeconds * 1000, jitter: jitter, callback)
    }

    /// Whether ``start()`` was called, and ``stop()`` was not.
    public private(set) var isRunning = false

    /// Starts the series; the first run is one time from now.
    ///
    /// A started one is left as it is.
    public func start() {
        guard !self.isRunning else { return }
        let loop = IOLoop.current
        self.loop = loop
        self.isRunning = true
        self.nextRun = loop.time()
        self.schedule(on: loop)
    }

    /// Ends the series.
    ///
    /// It can be started again.
    public func stop() {
        self.isRunning = false
        if let timeout = self.timeout { self.loop?.removeTimeout(timeout) }
        self.timeout = nil
    }

    private func run() {
        guard self.isRunning, let loop = self.loop else { return }
        self.timeout = nil
        do {
            try self.callback()
        } catch {
            CallbackFailure.log(error, in: "periodic callback")
        }
        // The callback may have stopped it, or stopped and started it again, which has set the next run already.
        if self.isRunning, self.timeout == nil { self.schedule(on: loop) }
    }

    private func schedule(on loop: IOLoop) {
        self.advance(from: loop.time())
        self.timeout = loop.callAt(self.nextRun) { self.run() }
    }

    /// Sets the next run: the first point of the series after `now`.
    private func advance(from now: Double) {
        var step = self.callbackTime / 1000
        if self.jitter > 0 { step *= 1 + self.jitter * Double.random(in: -0.5...0.5) }
        if self.nextRun <= now {
            self.nextRun += (((now - self.nextRun) / step).rounded(.down) + 1) * step
        } else {
            // The run came a little early, by the clock's rounding: the next must not come in the same breath.
            self.nextRun += step
        }
    }
}
