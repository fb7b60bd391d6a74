// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Tells from samples of a thread whether something holds it: no clock, no thread, no file of its own.
///
/// A blocking begins with the first sample that finds the loop busy, and goes on as long as no sample finds progress.
/// Times at which the watched thread, or the watcher itself, could not run are nobody's fault and do not count.
struct BlockingJudge {
    /// One look at the loop and its thread.
    struct Sample {
        /// When, in seconds of a clock that never goes back.
        var time: Double
        /// A number that changes whenever the loop or a greenlet gets on.
        var marks: UInt64
        /// The loop waits, or does not run at all.
        var isIdle: Bool
        /// Somebody has stopped the thread: a debugger, or SIGSTOP.
        var isStopped: Bool
        /// Seconds that the thread has waited for a CPU so far; null where the kernel does not tell.
        var waitedForCPU: Double?
        /// Seconds that the thread has run so far.
        var ran: Double
        /// The thread is on a CPU, or would like to be.
        var isRunnable: Bool
    }

    /// What a sample amounts to.
    enum Verdict: Equatable {
        /// Nothing, or nothing new.
        case fine
        /// Something has held the loop for so many seconds; `isFirst` is true once for each.
        case blocked(seconds: Double, isFirst: Bool)
        /// The loop got nowhere for so many seconds, most of which its thread waited for a CPU.
        case starved(seconds: Double)
    }

    /// The longest time that is no blocking.
    let limit: Double
    /// How long the watcher sleeps between samples.
    let tick: Double

    private var previous: Sample?
    /// Of the present stretch without progress: seconds that something held the thread, and that it waited for a CPU.
    private var held = 0.0
    private var waited = 0.0
    private var nextReport: Double
    private var nextStarvation: Double
    private var isReported = false

    /// A judge of what takes longer than `limit` seconds.
    init(limit: Double) {
        self.limit = limit
        self.tick = min(max(limit / 2, 0.005), 0.5)
        self.nextReport = limit
        self.nextStarvation = limit
    }

    mutating func judge(_ sample: Sample) -> Verdict {
        defer { self.previous = sample }
        guard let previous = self.previous, !previous.isIdle, !sample.isIdle, previous.marks == sample.marks else {
            self.begin(sample)
            return .fine
        }
        self.count(from: previous, to: sample)
        if self.held >= self.nextReport {
            // Twice as long each time.
            self.nextReport = self.held * 2
            defer { self.isReported = true }
            return .blocked(seconds: self.held, isFirst: !self.isReported)
        }
        guard self.held < self.limit, self.waited >= self.nextStarvation else { return .fine }
        self.nextStarvation = self.waited * 2
        return .starved(seconds: self.held + self.waited)
    }

    /// The watcher was busy with what the last sample showed, until `time`: no reason not to count it.
    mutating func wasBusy(until time: Double) {
        guard let last = self.previous?.time, time > last else { return }
        self.held += time - last
        self.previous?.time = time
    }

    private mutating func begin(_ sample: Sample) {
        self.held = 0
        self.waited = 0
        self.nextReport = self.limit
        self.isReported = false
        // A machine that stays busy is told of less and less often.
        if sample.isIdle { self.nextStarvation = self.limit }
    }

    private mutating func count(from start: Sample, to end: Sample) {
        let elapsed = max(end.time - start.time, 0)
        if end.isStopped { return }
        let waited = Self.waited(from: start, to: end, elapsed)
        // The watcher slept longer than it wanted: the whole machine stood still, or was busy with others.
        let overslept = elapsed > self.tick + self.limit ? elapsed - self.tick : 0
        self.waited += waited
        self.held += elapsed - max(waited, overslept)
    }

    /// How much of the time the thread wanted a CPU and had none.
    private static func waited(from start: Sample, to end: Sample, _ elapsed: Double) -> Double {
        if let before = start.waitedForCPU, let after = end.waitedForCPU {
            return min(max(after - before, 0), elapsed)
        }
        // Without the kernel's word: what a thread that is runnable has not run.
        return end.isRunnable ? max(elapsed - (end.ran - start.ran), 0) : 0
    }
}
