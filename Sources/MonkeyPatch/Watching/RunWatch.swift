// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Everything that watches one run, from before the app's main to behind it.
struct RunWatch {
    private let thread: LoopWatch?
    private let source: RunInfoSource?

    /// Begins to watch the calling thread and its loop.
    ///
    /// - Throws: Why something that was asked for cannot be watched.
    static func begin(
        _ options: WatchOptions,
        _ events: WatchEvents,
        on registry: ProviderRegistry
    ) throws(MonkeyError) -> RunWatch {
        guard let ioloop = registry.ioloop, let loop = ioloop.pointee.current?() else {
            return RunWatch(thread: nil, source: nil)
        }
        var thread: LoopWatch?
        if options.needsThread {
            thread = LoopWatch(options, events, on: ioloop, loop)
            if thread == nil {
                throw MonkeyError(
                    .system,
                    "the run cannot be watched",
                    because: "the system gives no thread or no descriptor for it",
                    try: "switch it off: --max-blocking-time 0"
                )
            }
        }
        var source: RunInfoSource?
        if let thread, let signal = options.runInfoSignal {
            source = RunInfoSource(on: ioloop, loop, thread)
            // An app's library that took the signal while it was loaded keeps it.
            if source?.tell(at: signal) == false { source = nil }
        }
        return RunWatch(thread: thread, source: source)
    }

    /// Ends the watch, after what it has seen was told.
    func end() {
        self.source?.watch = nil
        self.thread?.stop()
    }
}
