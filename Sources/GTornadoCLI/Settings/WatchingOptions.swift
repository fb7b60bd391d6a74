// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ArgumentParser
import MonkeyPatch

/// What is watched while an app runs.
struct WatchingOptions: ParsableArguments {
    static let maxBlockingTimeVariable = Setting("MAX_BLOCKING_TIME")
    static let maxMemoryVariable = Setting("MAX_MEMORY")
    static let debugLocksVariable = Setting("DEBUG_LOCKS")
    static let runInfoSignalVariable = Setting("RUN_INFO_SIGNAL")

    @Option(
        name: .customLong("max-blocking-time"),
        help: Self.maxBlockingTimeVariable.help(
            "Tell what holds the loop for longer than this, with a backtrace: 0.1, 500ms, 2s; 0 switches it off.",
            default: "100ms",
            valueName: "time"
        )
    )
    var maxBlockingTime: TimeSpan?

    @Option(
        name: .customLong("max-memory"),
        help: Self.maxMemoryVariable.help(
            "Tell when the resident memory passes this: 500M, 2G.",
            default: "no limit",
            valueName: "size"
        )
    )
    var maxMemory: ByteSize?

    @Flag(
        inversion: .prefixedNo,
        help: Self.debugLocksVariable.help(
            "Tell when a greenlet is suspended while it holds a mutex of a patched library, and let others that want "
                + "the mutex wait like greenlets."
        )
    )
    var debugLocks: Bool?

    @Option(
        name: .customLong("run-info-signal"),
        help: Self.runInfoSignalVariable.help(
            "The signal that prints run info, greenlets with what they wait for and where: HUP, QUIT, USR1, USR2, "
                + "WINCH, URG, PWR or none.",
            default: "USR2",
            valueName: "signal"
        )
    )
    var runInfoSignal: SignalName?

    /// What to watch, by the flags, the variables or the defaults.
    func chosen() throws -> WatchOptions {
        var options = WatchOptions()
        let limit = try self.maxBlockingTime ?? Self.maxBlockingTimeVariable.value(as: TimeSpan.self)
        if let limit { options.maxBlockingTime = limit.seconds }
        options.maxMemory = try self.chosenCeiling()
        options.debugLocks = try self.debugLocks ?? Self.debugLocksVariable.flag() ?? false
        let signal = try self.runInfoSignal ?? Self.runInfoSignalVariable.value(as: SignalName.self)
        if let signal { options.runInfoSignal = signal.number }
        return options
    }

    private func chosenCeiling() throws -> Int? {
        guard let size = try self.maxMemory ?? Self.maxMemoryVariable.value(as: ByteSize.self) else { return nil }
        guard size.bytes > 0 else {
            throw MonkeyError(
                .usage,
                "cannot use a memory limit of 0 bytes",
                because: "every process has more",
                try: "leave --max-memory out, for no limit"
            )
        }
        return size.bytes
    }
}

/// A signal as people write it: `USR2`, `SIGUSR2`, `usr2`, or `none`.
struct SignalName: ExpressibleByArgument {
    /// Null for none.
    let number: Int32?

    init?(argument: String) {
        if argument.lowercased() == "none" {
            self.number = nil
            return
        }
        guard let number = RunInfo.signal(named: argument) else { return nil }
        self.number = number
    }
}
