// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Testing

@testable import MonkeyPatch

/// What counts as a blocking, told from samples alone.
@Suite("The judge of blockings")
struct BlockingJudgeTests {
    private typealias Sample = BlockingJudge.Sample

    /// Samples at a judge's tick, of a thread that computes without getting anywhere.
    private struct Film {
        /// Two ticks, in numbers that are exact.
        var judge = BlockingJudge(limit: 0.125)
        var sample = Sample(
            time: 100,
            marks: 7,
            isIdle: false,
            isStopped: false,
            waitedForCPU: 0,
            ran: 0,
            isRunnable: true
        )

        mutating func verdicts(_ count: Int, _ change: (inout Sample) -> Void = { _ in }) -> [BlockingJudge.Verdict] {
            (0..<count).map { _ in
                self.sample.time += self.judge.tick
                self.sample.ran += self.judge.tick
                change(&self.sample)
                return self.judge.judge(self.sample)
            }
        }

        mutating func reports(_ count: Int, _ change: (inout Sample) -> Void = { _ in }) -> [Bool] {
            self.verdicts(count, change).compactMap { verdict in
                if case .blocked(_, let isFirst) = verdict { isFirst } else { nil }
            }
        }
    }

    @Test("tells a blocking once, and again when it has gone on for twice as long")
    func growing() {
        var film = Film()
        let times = film.verdicts(100).compactMap { verdict in
            if case .blocked(let seconds, _) = verdict { seconds / film.judge.tick } else { nil }
        }
        #expect(times == [2, 4, 8, 16, 32, 64])
        film.sample.marks += 1
        #expect(film.reports(4) == [true], "the next one is told anew")
    }

    @Test("says which report is a blocking's first")
    func first() {
        var film = Film()
        #expect(film.reports(20) == [true, false, false, false])
    }

    @Test("tells nothing while the loop waits, or gets on")
    func fine() {
        var idle = Film()
        #expect(idle.verdicts(100) { $0.isIdle = true }.allSatisfy { $0 == .fine })
        var busy = Film()
        #expect(busy.verdicts(100) { $0.marks += 1 }.allSatisfy { $0 == .fine })
    }

    @Test("does not count time before the loop was last seen to wait")
    func afterIdle() {
        var film = Film()
        _ = film.verdicts(50) { $0.isIdle = true }
        film.sample.isIdle = false
        #expect(film.reports(2).isEmpty)
        #expect(film.reports(1) == [true])
    }

    @Test("does not accuse a thread that has no CPU")
    func starved() {
        var film = Film()
        let verdicts = film.verdicts(41) { $0.waitedForCPU = ($0.waitedForCPU ?? 0) + 0.0625 }
        #expect(!verdicts.contains { if case .blocked = $0 { true } else { false } })
        let starved = verdicts.filter { if case .starved = $0 { true } else { false } }
        #expect(starved.count == 5, "2, 4, 8, 16 and 32 ticks")
    }

    @Test("counts what it did hold between the times without a CPU")
    func partlyStarved() {
        var film = Film()
        let reports = film.reports(9) { $0.waitedForCPU = ($0.waitedForCPU ?? 0) + 0.046875 }
        #expect(reports == [true], "2 ticks of its own in 8")
    }

    @Test("without the kernel's word goes by what a runnable thread has run")
    func withoutSchedstat() {
        var film = Film()
        film.sample.waitedForCPU = nil
        #expect(film.reports(40) { $0.ran -= 0.0625 }.isEmpty, "it wanted to run and did not")
        var sleeper = Film()
        sleeper.sample.waitedForCPU = nil
        sleeper.sample.isRunnable = false
        #expect(sleeper.reports(4) { $0.ran -= 0.0625 } == [true], "it did not want to run")
    }

    @Test("does not count time for which the thread was stopped")
    func stopped() {
        var film = Film()
        #expect(film.reports(100) { $0.isStopped = true }.isEmpty)
        #expect(film.reports(2) { $0.isStopped = false } == [true])
    }

    @Test("does not count time for which the watcher itself was not run")
    func gap() {
        var film = Film()
        _ = film.verdicts(2)
        film.sample.time += 3600
        #expect(film.reports(1).count == 1, "what it had held, and a tick")
        var other = Film()
        _ = other.verdicts(1)
        other.sample.time += 3600
        #expect(other.verdicts(1) == [.fine])
    }

    @Test("counts time for which the watcher was busy with its report")
    func busyWatcher() {
        var film = Film()
        #expect(film.reports(3) == [true])
        film.sample.time += 2
        film.judge.wasBusy(until: film.sample.time)
        #expect(film.reports(1) == [false], "the same blocking goes on")
    }

    @Test("looks often enough, and not too often", arguments: [(0.1, 0.05), (0.001, 0.005), (60, 0.5)])
    func tick(limit: Double, tick: Double) {
        #expect(BlockingJudge(limit: limit).tick == tick)
    }
}
