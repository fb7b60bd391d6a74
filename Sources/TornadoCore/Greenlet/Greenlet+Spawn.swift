// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Logging

extension Greenlet {
    /// Runs `body` in a new greenlet, in the loop's next turn, after those spawned before it.
    ///
    /// ```swift
    /// let sum = Greenlet.spawn { try readNumbers().reduce(0, +) }
    /// print(try sum.get())
    /// ```
    ///
    /// Traps where nobody provides greenlets: see ``isAvailable``. If the system has no memory for it, it ends at once with
    /// the error.
    ///
    /// - Parameters:
    ///   - name: For logs and run info; null is the place of the call.
    ///   - fileID: Where it is spawned; leave it alone.
    ///   - line: Where it is spawned; leave it alone.
    ///   - body: What it does, on the thread of the loop.
    /// - Returns: The greenlet, which need not be kept.
    @discardableResult
    public static func spawn<Value>(
        name: String? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ body: @escaping () throws -> Value
    ) -> GreenletOf<Value> {
        let table = GreenletEngine.demanded("Greenlet.spawn")
        let greenlet = GreenletOf(name: name, fileID: fileID, line: line, body)
        greenlet.launch(table)
        return greenlet
    }

    /// Runs `body` in a new greenlet after `seconds`.
    ///
    /// ```swift
    /// let reminder = Greenlet.spawnLater(60) { print("a minute later") }
    /// ```
    ///
    /// - Parameters:
    ///   - seconds: How long to wait first.
    ///   - name: For logs and run info; null is the place of the call.
    ///   - fileID: Where it is spawned; leave it alone.
    ///   - line: Where it is spawned; leave it alone.
    ///   - body: What it does, on the thread of the loop.
    /// - Returns: The greenlet; killing it before means that it never runs.
    @discardableResult
    public static func spawnLater<Value>(
        _ seconds: Double,
        name: String? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ body: @escaping () throws -> Value
    ) -> GreenletOf<Value> {
        let greenlet = GreenletOf(name: name, fileID: fileID, line: line, body)
        greenlet.startLater(seconds)
        return greenlet
    }

    /// Makes a greenlet that was not started run in the loop's next turn.
    ///
    /// Nothing happens if it was started already.
    public final func start() {
        self.thread.check("Greenlet.start")
        let table = GreenletEngine.demanded("Greenlet.start")
        guard self.phase == .unstarted || self.phase == .scheduled else { return }
        self.cancelLaterStart()
        self.launch(table)
    }

    /// Makes a greenlet that was not started run after `seconds`.
    public final func startLater(_ seconds: Double) {
        self.thread.check("Greenlet.startLater")
        let table = GreenletEngine.demanded("Greenlet.startLater")
        guard self.phase == .unstarted else { return }
        self.markScheduled()
        self.more.timer = IOLoop.current.callLater(seconds) {
            self.extras?.timer = nil
            if self.phase == .scheduled { self.launch(table) }
        }
    }

    private func cancelLaterStart() {
        guard let timer = self.extras?.timer else { return }
        self.extras?.timer = nil
        timer.loop.removeTimeout(timer)
    }

    /// Logs an error that nobody caught in it.
    final func log(_ error: any Error) {
        Log.application.error(
            "Exception in greenlet '\(self.name)', spawned at \(self.spawnedAt): \(String(reflecting: error))"
        )
    }
}
