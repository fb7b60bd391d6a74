// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

extension Greenlet {
    /// Ends the greenlet: what it waits for now, and everything it will ever wait for, fails.
    ///
    /// Waits of this framework throw `error`; calls of libc fail with `ECANCELED`. Whatever its body does then, the greenlet
    /// ends with `error`, and its `defer` blocks and deinitialisers run as ever. One that has not begun never runs. One that
    /// kills itself gets `error` thrown at once. Called again, or on one that has ended, it only waits.
    ///
    /// One that overlooks that its waits fail, and waits again and again, keeps nobody from running: after some, each takes a
    /// millisecond.
    ///
    /// ```swift
    /// let worker = Greenlet.spawn { while true { try Greenlet.sleep(1) } }
    /// try worker.kill()
    /// ```
    ///
    /// - Parameters:
    ///   - error: What it ends with. Any other than ``GreenletExit`` is logged.
    ///   - block: Whether to wait for its end; a callback of the loop, and a task, never wait.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Throws: What was thrown into the caller while it waited.
    public final func kill(
        _ error: any Error = GreenletExit(),
        block: Bool = true,
        timeout: Double? = nil
    ) throws {
        self.thread.check("Greenlet.kill")
        let table = try GreenletEngine.required("Greenlet.kill")
        demand(!self.isLoop, "Greenlet.kill was called on what stands for the loop: stop it by IOLoop.stop().")
        self.condemn(error)
        guard !self.hasEnded, let caller = table.pointee.current(), !withUnsafeCurrentTask(body: { $0 != nil }) else {
            return
        }
        if caller == self.handle { throw self.extras?.killer ?? error }
        if block, !self.isAdopted { _ = try self.waitForEnd(timeout, "Greenlet.kill") }
    }

    /// Kills all of them, then waits for their ends; the caller, if it is one of them, last, and without waiting.
    ///
    /// - Parameters:
    ///   - greenlets: Those to kill.
    ///   - error: What they end with.
    ///   - block: Whether to wait for their ends; a callback of the loop, and a task, never wait.
    ///   - timeout: The most to wait for all, in seconds; null is for ever.
    /// - Throws: What was thrown into the caller while it waited; `error` if the caller is one of them.
    public static func killAll(
        _ greenlets: some Sequence<Greenlet>,
        _ error: any Error = GreenletExit(),
        block: Bool = true,
        timeout: Double? = nil
    ) throws {
        let greenlets = Array(greenlets)
        // The caller last, as that throws.
        for greenlet in greenlets where !greenlet.isRunning { try greenlet.kill(error, block: false) }
        for greenlet in greenlets where greenlet.isRunning { try greenlet.kill(error, block: false) }
        if block, Parking.canWait { try Self.joinAll(greenlets, timeout: timeout) }
    }

    /// Throws `error` in the greenlet, once: from its present wait, or from its next one.
    ///
    /// Until a wait of this framework has thrown it, calls of libc fail with `ECANCELED`. One that has not begun ends with
    /// it. One that throws into itself gets it at once.
    ///
    /// - Throws: ``GreenletError`` if it has ended, or nobody provides greenlets; `error` itself in the running greenlet.
    public final func `throw`(_ error: any Error) throws {
        self.thread.check("Greenlet.throw")
        let table = try GreenletEngine.required("Greenlet.throw")
        guard !self.hasEnded else { throw self.endedError("throw into") }
        if let handle = self.handle, table.pointee.current() == handle { throw error }
        switch self.phase {
        case .unstarted, .scheduled, .ready: self.endUnrun(with: error)
        case .running, .ended:
            guard self.extras?.killer == nil, self.handle != nil else { return }
            self.more.thrown.append(error)
            self.restoreInterruption()
        }
    }

    /// Whether it was killed: useful in a long computation that never waits.
    public final var isKilled: Bool {
        self.thread.check("Greenlet.isKilled")
        return self.extras?.killer != nil
    }

    /// Says whether the client that a living greenlet works for has gone: if so, its waits fail as if it was killed.
    package static func setAbandoned(_ handle: OpaquePointer, _ isAbandoned: Bool) {
        guard let table = GreenletEngine.table else { return }
        let greenlet = GreenletRoster.current.greenlet(handle, table)
        guard isAbandoned != (greenlet.extras?.isAbandoned ?? false) else { return }
        greenlet.more.isAbandoned = isAbandoned
        greenlet.restoreInterruption()
    }

    private func condemn(_ error: any Error) {
        switch self.phase {
        case .ended: break
        case .unstarted, .scheduled, .ready: self.endUnrun(with: error)
        case .running:
            guard self.handle != nil, self.extras?.killer == nil else { return }
            self.more.killer = error
            self.restoreInterruption()
        }
    }

    /// The error that its wait has to throw: the kill's stays, one thrown into it is taken out, a timeout's stays until the
    /// timeout is cancelled, the client's going until that is taken back.
    final func takeInterruption() -> (any Error)? {
        guard let extras = self.extras else { return nil }
        if let killer = extras.killer { return killer }
        if !extras.thrown.isEmpty {
            let thrown = extras.thrown.removeFirst()
            self.restoreInterruption()
            return thrown
        }
        if extras.isAbandoned { return GreenletExit() }
        return extras.expired?.error()
    }

    /// Throws in the running greenlet what was thrown into it, if anything was: as a wait would that has to fail.
    final func throwInterruption(_ table: UnsafePointer<gt_suspend>) throws {
        guard self.isInterrupted else { return }
        // The table refuses it, too, and lets others run where that happens again and again.
        _ = table.pointee.yield()
        if let error = self.takeInterruption() { throw error }
    }

    private var isInterrupted: Bool {
        guard let extras = self.extras else { return false }
        return self.isCondemned || extras.isAbandoned || extras.expired != nil
    }

    /// Tells the table what interrupts it: the one place that does, as there may be several causes at once.
    final func restoreInterruption() {
        guard let handle = self.handle, let table = GreenletEngine.table else { return }
        let extras = self.extras
        let isCancelled = self.isCondemned || extras?.isAbandoned == true
        let isOver = extras?.expired != nil
        table.pointee.interrupt(handle, isCancelled ? ECANCELED : isOver ? ETIMEDOUT : 0)
    }

    /// Whether its present or next wait will fail, whatever happens meanwhile.
    final var isCondemned: Bool {
        guard let extras = self.extras else { return false }
        return extras.killer != nil || !extras.thrown.isEmpty
    }

    private var isRunning: Bool {
        guard let handle = self.handle else { return false }
        return GreenletEngine.table?.pointee.current() == handle
    }

    final func endedError(_ what: String) -> GreenletError {
        GreenletError(.ended, "Greenlet '\(self.name)' has ended: nobody can \(what) it any more")
    }
}
