// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CMonkeyPatch

/// What a run is doing: its greenlets with what they wait for and where, and the loop's numbers.
public struct RunInfo: Sendable {
    /// A greenlet, or several that are alike.
    public struct Greenlet: Sendable {
        /// What a greenlet does.
        public enum State: String, Sendable {
            /// It has not begun.
            case new
            /// It runs in this turn of the loop or the next.
            case ready
            /// It runs now.
            case running
            /// It waits.
            case waiting
        }

        /// From 1 in the order of spawning; 0 is the app's main.
        public let id: UInt64
        /// Its name.
        public let name: String
        /// What it does.
        public let state: State
        /// What it waits for, such as "recv"; empty unless it waits.
        public let waitsFor: String
        /// The descriptor it waits for; null if it waits for none.
        public let descriptor: Int32?
        /// Seconds since it began to wait, or was resumed.
        public let seconds: Double
        /// Seconds since it was spawned.
        public let age: Double
        /// Bytes of stack it has, and the most that it ever used; both 0 for the app's main.
        public let stackSize: Int
        /// The most bytes of stack it ever used.
        public let stackUsed: Int
        /// How often it was resumed.
        public let switches: UInt64
        /// Where it waits, innermost first.
        public let frames: [StackFrame]
        /// How many there are like this one, itself included.
        ///
        /// They have the same name, wait and backtrace. The oldest is shown.
        public let count: Int
    }

    /// What the loop waits with, and how much it has to do: handlers, timeouts and callbacks.
    public let backend: String
    /// Handlers, timeouts and callbacks of the loop.
    public let pending: Int
    /// Greenlets, alike ones together, oldest first.
    public let greenlets: [Greenlet]
    /// How many greenlets, stacks and worker threads there are.
    public let counts: GreenletCounts
    /// Resident bytes.
    public let resident: Int
    /// How often the loop was held too long; null if nobody looked.
    public let blockings: Int?
    /// The longest time that it was held, in seconds.
    public let longestBlocking: Double
}

extension RunInfo: CustomStringConvertible {
    /// Several lines: the numbers, then a paragraph for each greenlet.
    public var description: String {
        var lines = ["run info", "  loop: \(self.backend), \(self.pending) handlers, timeouts and callbacks"]
        lines.append("  greenlets: \(self.counts.spawned) spawned, \(self.counts.switches) switches")
        lines.append("  now: \(self.counts)")
        lines.append("  memory: \(Bytes.text(self.resident)) resident")
        if let blockings = self.blockings {
            let longest = blockings > 0 ? ", the longest \(Seconds.text(self.longestBlocking))" : ""
            lines.append("  blockings: \(blockings)\(longest)")
        }
        for greenlet in self.greenlets {
            lines.append(greenlet.headline)
            lines += greenlet.frames.map { "    at \($0)" }
        }
        return lines.joined(separator: "\n")
    }
}

extension RunInfo.Greenlet {
    /// "greenlet 3 'worker': waiting for recv on descriptor 5 for 1.50 s; stack 12 KiB of 256 KiB; 4 switches".
    var headline: String {
        var text = "  \(self.id == 0 ? "main" : "greenlet \(self.id)") '\(self.name)'"
        if self.count > 1 { text += " and \(self.count - 1) more like it" }
        text += ": \(self.state.rawValue)"
        if !self.waitsFor.isEmpty { text += " for \(self.waitsFor)" }
        if let descriptor = self.descriptor { text += " on descriptor \(descriptor)" }
        text += " since \(Seconds.text(self.seconds))"
        if self.stackSize > 0 {
            text += "; stack \(Bytes.text(self.stackUsed)) of \(Bytes.text(self.stackSize))"
        }
        return text + "; \(self.switches) switches"
    }
}

extension RunInfo {
    /// The number of a signal that can print run info: "USR2", "SIGUSR2" or "usr2"; null for any other name.
    public static func signal(named name: String) -> Int32? {
        let number = gt_signal_named(name)
        return number == 0 ? nil : number
    }

    /// The name of a signal that can print run info, "USR2"; its number if it is another.
    static func name(ofSignal number: Int32) -> String {
        let names = ["HUP", "QUIT", "USR1", "USR2", "WINCH", "URG", "PWR"]
        return names.first { self.signal(named: $0) == number } ?? "\(number)"
    }
}
