// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// What is watched while a plugin runs.
public struct WatchOptions: Sendable {
    /// Seconds that one callback, async function or stretch of a greenlet may hold the loop's thread before it is told;
    /// 0 switches the watch off.
    public var maxBlockingTime = 0.1
    /// Resident bytes that are told when the process passes them; null is no ceiling.
    public var maxMemory: Int?
    /// Whether mutexes of patched libraries are watched: who is suspended while holding one, and who waits for it.
    public var debugLocks = false
    /// The signal that prints run info; null for none.
    public var runInfoSignal: Int32? = SIGUSR2

    /// Blockings of more than a tenth of a second, and run info at SIGUSR2.
    public init() {}

    /// Whether any of it needs a thread.
    var needsThread: Bool {
        self.maxBlockingTime > 0 || self.maxMemory != nil || self.debugLocks || self.runInfoSignal != nil
    }

    /// What of it is done in a run, and what cannot be, a line each.
    func lines(isOnLibevent: Bool) -> [String] {
        var lines = [self.blockingLine(isOnLibevent)]
        if let maxMemory { lines.append("resident memory above \(maxMemory) bytes") }
        if self.debugLocks { lines.append("mutexes that greenlets hold while they are suspended") }
        if let signal = self.runInfoSignal {
            lines.append("SIG\(RunInfo.name(ofSignal: signal)), which prints run info")
        }
        return lines
    }

    private func blockingLine(_ isOnLibevent: Bool) -> String {
        guard self.maxBlockingTime > 0 else { return "no blockings: --max-blocking-time is 0" }
        guard isOnLibevent else {
            return "no blockings: the app's own loop does not tell how it gets on; --ioloop puts one in that does"
        }
        let milliseconds = Int((self.maxBlockingTime * 1000).rounded())
        return "blockings of more than \(milliseconds) ms while the loop runs; not what the app's main does before"
    }
}

/// What a watch tells.
///
/// `memory` is called on the loop's thread, the others on the watching one.
public struct WatchEvents: Sendable {
    /// Something holds the loop.
    public var blocked: @Sendable (_ report: BlockingReport) -> Void = { _ in }
    /// The loop got nowhere for so many seconds, because its thread waited for a CPU.
    public var starved: @Sendable (_ seconds: Double) -> Void = { _ in }
    /// A mutex is held by a suspended greenlet.
    public var lock: @Sendable (_ report: LockReport) -> Void = { _ in }
    /// The process has passed its memory ceiling.
    public var memory: @Sendable (_ report: MemoryReport) -> Void = { _ in }
    /// Somebody has asked for run info.
    public var runInfo: @Sendable (_ info: RunInfo) -> Void = { _ in }

    /// Events that nobody looks at.
    public init() {}
}
