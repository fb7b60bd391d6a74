// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGreenlet
import CMonkeyPatch
import CProviderKit
import Glibc
import LibeventProviders

/// Looks at the loop's thread now and then, and says what holds it.
///
/// For the watching thread only.
struct BlockingWatch {
    /// What holds the loop.
    struct Blocking {
        var seconds: Double
        var isFirst: Bool
        var holder: BlockingReport.Holder
        var isWaiting: Bool
        var frames: [StackFrame]
    }

    enum Finding {
        case blocked(Blocking)
        case starved(seconds: Double)
    }

    private let thread: gt_watched_thread
    private let pulse: UnsafeMutablePointer<gt_loop_pulse>
    private var judge: BlockingJudge
    private var marks: UInt64 = 0
    /// Where the thread was when it was last found to wait for the loop's own events.
    private var idle = (sp: UInt(0), pc: UInt(0))
    private let libevent = LibeventLoop.waitsIn

    /// How long to sleep between looks, in seconds.
    var tick: Double { self.judge.tick }

    init(_ thread: gt_watched_thread, _ pulse: UnsafeMutablePointer<gt_loop_pulse>, limit: Double) {
        self.thread = thread
        self.pulse = pulse
        self.judge = BlockingJudge(limit: limit)
    }

    mutating func look(_ symbolizer: inout Symbolizer) -> Finding? {
        let marks = gt_pulse_marks(self.pulse)
        var state = gt_thread_state()
        var isIdle = gt_pulse_is_inside(self.pulse) == 0
        // Where there was progress, nothing else matters.
        if marks == self.marks, !isIdle {
            withUnsafePointer(to: self.thread) { gt_watched_thread_look($0, &state) }
            isIdle = self.waitsForEvents(state)
        }
        self.marks = marks
        switch self.judge.judge(self.sample(marks, state, isIdle: isIdle)) {
        case .fine: return nil
        case .starved(let seconds): return .starved(seconds: seconds)
        case .blocked(let seconds, let isFirst):
            defer { self.judge.wasBusy(until: Self.now) }
            return self.find(state, seconds, isFirst: isFirst, &symbolizer).map { .blocked($0) }
        }
    }

    private func sample(_ marks: UInt64, _ state: gt_thread_state, isIdle: Bool) -> BlockingJudge.Sample {
        var (ran, waited) = (0.0, 0.0)
        let isStopped = withUnsafePointer(to: self.thread) { thread in
            gt_watched_thread_times(thread, &ran, &waited)
            return !isIdle && gt_watched_thread_is_stopped(thread) != 0
        }
        return BlockingJudge.Sample(
            time: Self.now,
            marks: marks,
            isIdle: isIdle,
            isStopped: isStopped,
            waitedForCPU: waited < 0 ? nil : waited,
            ran: ran,
            isRunnable: state.state == Int32(GT_THREAD_RUNNING)
        )
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Whether the thread waits where libevent waits for events.
    private mutating func waitsForEvents(_ state: gt_thread_state) -> Bool {
        guard state.state == Int32(GT_THREAD_BLOCKED), let libevent = self.libevent else { return false }
        if (state.sp, state.pc) == self.idle { return true }
        guard withUnsafePointer(to: state, { gt_watch_waits_in($0, libevent) }) != 0 else { return false }
        self.idle = (state.sp, state.pc)
        return true
    }

    private func find(
        _ state: gt_thread_state,
        _ seconds: Double,
        isFirst: Bool,
        _ symbolizer: inout Symbolizer
    ) -> Blocking? {
        var addresses = [UnsafeMutableRawPointer?](repeating: nil, count: 64)
        var sp: UInt = 0
        let count = withUnsafePointer(to: self.thread) { thread in
            withUnsafePointer(to: state) { gt_watch_backtrace(thread, $0, &addresses, addresses.count, &sp) }
        }
        // It was over before it could be looked at.
        if gt_pulse_marks(self.pulse) != self.marks { return nil }
        let frames = symbolizer.frames(addresses[..<count].map { UInt(bitPattern: $0) }, isExact: true)
        if Self.isTheLoopsWait(frames) { return nil }
        return Blocking(
            seconds: seconds,
            isFirst: isFirst,
            holder: Self.holder(sp, frames),
            isWaiting: state.state == Int32(GT_THREAD_BLOCKED),
            frames: Self.withoutLoop(frames)
        )
    }

    /// On its way into the wait for events, or out of it, where a busy machine has left it.
    private static func isTheLoopsWait(_ frames: [StackFrame]) -> Bool {
        guard frames.count > 1, let function = frames[0].function else { return false }
        return waits.contains(function) && frames[1].libraryName.hasPrefix("libevent")
    }

    private static let waits: Set<String> = [
        "epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "__poll", "select", "__select",
    ]

    private static func holder(_ sp: UInt, _ frames: [StackFrame]) -> BlockingReport.Holder {
        // Swift's runtime is on the stack where it runs a job.
        if frames.contains(where: { $0.libraryName.hasPrefix("libswift_Concurrency.so") }) { return .task }
        var name = [CChar](repeating: 0, count: 48)
        var size = 0
        guard let address = UnsafeRawPointer(bitPattern: sp), gt_greenlet_of_address(address, &name, &size) != 0 else {
            return .callback
        }
        return .greenlet(String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// What is outside of the loop's own machinery, or of a greenlet's, is the same in every report.
    private static func withoutLoop(_ frames: [StackFrame]) -> [StackFrame] {
        let end = frames.dropFirst().firstIndex { frame in
            frame.libraryName.hasPrefix("libevent") || frame.libraryName.hasPrefix("libswift_Concurrency.")
                || frame.function.map { $0.hasPrefix("ProviderKit.") || $0 == "gt_greenlet_main" } ?? false
        }
        return Array(frames[..<(end ?? frames.count)].prefix(40))
    }
}
