// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CMonkeyPatch
import CProviderKit
import Glibc
import LibeventProviders
import Synchronization

/// How often the loop was held so far.
struct BlockingCounts: Sendable, Equatable {
    var blockings = 0
    /// Seconds.
    var longest = 0.0
}

/// A thread that watches the loop's: what holds it, what it keeps locked, and how much memory the process has.
///
/// - Note: The unchecked conformance is sound because the table and the pulse live as long as the process and may be
///   read from any thread, `thread` is constant, and what changes is behind a mutex.
final class LoopWatch: @unchecked Sendable {
    private let options: WatchOptions
    private let events: WatchEvents
    private let ioloop: UnsafePointer<gt_ioloop>
    private let loop: OpaquePointer
    private let pulse: UnsafeMutablePointer<gt_loop_pulse>?
    private let thread: gt_watched_thread
    /// Written to when there is something to do.
    private let wakeup: Int32
    private let requests = Mutex(Requests())
    private var watcher = pthread_t()

    /// What the loop's thread asks of the watching one.
    private struct Requests {
        var runInfo: [RawRunInfo] = []
        var isOver = false
    }

    /// Watches the calling thread, which is the loop's, from now on; null with a reason if it cannot be watched.
    init?(_ options: WatchOptions, _ events: WatchEvents, on ioloop: UnsafePointer<gt_ioloop>, _ loop: OpaquePointer) {
        var thread = gt_watched_thread()
        self.wakeup = gt_eventfd()
        guard self.wakeup >= 0, gt_watched_thread_open(&thread) == 0 else { return nil }
        self.options = options
        self.events = events
        self.ioloop = ioloop
        self.loop = loop
        self.thread = thread
        // Other loops' progress cannot be seen from another thread.
        self.pulse = options.maxBlockingTime > 0 ? LibeventLoop.pulse(of: loop) : nil
        if let pulse = self.pulse {
            _ = gt_watch_take_signal()
            gt_watch_switches(&pulse.pointee.marks)
        }
        gt_watch_switches_for_locks(options.debugLocks ? 1 : 0)
        guard self.start() else { return nil }
    }

    private func start() -> Bool {
        // Retained until the thread ends.
        let context = Unmanaged.passRetained(self).toOpaque()
        var everything = sigset_t()
        var before = sigset_t()
        sigfillset(&everything)
        // The app's signals are for the app's threads.
        pthread_sigmask(SIG_SETMASK, &everything, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let code = pthread_create(
            &self.watcher,
            nil,
            { context in
                guard let context else { return nil }
                gt_name_thread("gtornado-watch")
                Unmanaged<LoopWatch>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context
        )
        if code != 0 { Unmanaged<LoopWatch>.fromOpaque(context).release() }
        return code == 0
    }

    /// Ends the watch, after what was seen has been told.
    func stop() {
        self.requests.withLock { $0.isOver = true }
        self.wake()
        pthread_join(self.watcher, nil)
        gt_watch_switches(nil)
        gt_watch_switches_for_locks(0)
        close(self.wakeup)
        var thread = self.thread
        gt_watched_thread_close(&thread)
    }

    /// Has run info told.
    func tell(_ info: RawRunInfo) {
        self.requests.withLock { $0.runInfo.append(info) }
        self.wake()
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(self.wakeup, &one, MemoryLayout<UInt64>.size)
    }

    // MARK: The watching thread

    private func run() {
        var counts = BlockingCounts()
        var blocking = self.pulse.map { BlockingWatch(self.thread, $0, limit: self.options.maxBlockingTime) }
        var ceiling = self.options.maxMemory.map { MemoryCeiling($0) }
        var symbolizer = Symbolizer()
        let tick = blocking?.tick ?? 0.25
        var nextMemory = 0.0
        var isOver = false
        while !isOver {
            self.sleep(tick)
            let requests = self.requests.withLock { requests in
                defer { requests.runInfo = [] }
                return requests
            }
            isOver = requests.isOver
            if let finding = blocking?.look(&symbolizer) { self.tell(finding, &counts) }
            self.tellLocks(&symbolizer)
            for info in requests.runInfo {
                self.events.runInfo(info.named(&symbolizer, counts, isWatched: blocking != nil))
            }
            let now = Self.now
            if ceiling != nil, now >= nextMemory {
                nextMemory = now + 1
                let resident = MemoryCeiling.resident
                if ceiling?.crosses(resident) == true { self.tellMemory(resident) }
            }
        }
    }

    /// Until it is time, or there is something to do.
    private func sleep(_ seconds: Double) {
        var wait = pollfd(fd: self.wakeup, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, Int32(max(1, seconds * 1000))) > 0 else { return }
        var times: UInt64 = 0
        _ = read(self.wakeup, &times, MemoryLayout<UInt64>.size)
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private func tell(_ finding: BlockingWatch.Finding, _ counts: inout BlockingCounts) {
        switch finding {
        case .starved(let seconds): self.events.starved(seconds)
        case .blocked(let found):
            if found.isFirst { counts.blockings += 1 }
            counts.longest = max(counts.longest, found.seconds)
            self.events.blocked(
                BlockingReport(
                    seconds: found.seconds,
                    holder: found.holder,
                    isWaiting: found.isWaiting,
                    frames: found.frames,
                    count: counts.blockings,
                    isFirst: found.isFirst
                )
            )
        }
    }

    private func tellLocks(_ symbolizer: inout Symbolizer) {
        guard self.options.debugLocks else { return }
        var event = gt_lock_event()
        var lost: UInt64 = 0
        while gt_watch_locks_take(&event, &lost) != 0 { self.events.lock(LockReport(event, &symbolizer)) }
    }

    /// On the loop's thread, which alone can count its greenlets.
    private func tellMemory(_ resident: Int) {
        final class Crossing {
            let resident: Int
            let watch: LoopWatch
            init(_ resident: Int, _ watch: LoopWatch) {
                self.resident = resident
                self.watch = watch
            }
        }
        let context = Unmanaged.passRetained(Crossing(resident, self)).toOpaque()
        _ = self.ioloop.pointee.add_callback?(
            self.loop,
            { context in
                guard let context else { return }
                let crossing = Unmanaged<Crossing>.fromOpaque(context).takeRetainedValue()
                let ceiling = crossing.watch.options.maxMemory ?? 0
                crossing.watch.events.memory(
                    MemoryReport(resident: crossing.resident, ceiling: ceiling, greenlets: .now())
                )
            },
            context
        )
    }
}
