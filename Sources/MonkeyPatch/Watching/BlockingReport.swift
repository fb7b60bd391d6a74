// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Something held the loop's thread for longer than `--max-blocking-time`: what, for how long, and what to do about it.
public struct BlockingReport: Sendable, Equatable, CustomStringConvertible {
    /// Whose code it was.
    public enum Holder: Sendable, Equatable {
        /// A greenlet, by its name.
        case greenlet(String)
        /// A job of Swift's concurrency: an async function between two suspensions.
        case task
        /// A callback of the loop: a handler, a timeout, a server's delegate.
        case callback

        /// In words: "the greenlet 'GET /'".
        public var text: String {
            switch self {
            case .greenlet(let name): "the greenlet '\(name)'"
            case .task: "an async function"
            case .callback: "a callback of the loop"
            }
        }
    }

    /// Seconds that it has held the thread so far; time that the thread waited for a CPU is not counted.
    public let seconds: Double
    /// Whose code it was.
    public let holder: Holder
    /// Whether the thread waited in a system call; if not, it computed.
    public let isWaiting: Bool
    /// Where it was, innermost first; empty where that cannot be had.
    public let frames: [StackFrame]
    /// How many blockings there were so far, this one included.
    public let count: Int
    /// Whether it is the first report of this blocking, and not one of those that follow as it goes on.
    public let isFirst: Bool

    /// What to do about it.
    public var advice: String {
        switch (self.holder, self.isWaiting) {
        case (.task, true): "wait in a greenlet: try await blocking { ... }"
        case (.task, false): "let others run in between: await Task.yield()"
        case (.greenlet, true): "this call is not patched: see `gtornado patch --list PLUGIN`"
        case (.greenlet, false): "let others run in between: Greenlet.yield(); or use a ThreadPool"
        case (.callback, true):
            "use a synchronous handler, which runs in a greenlet, or Greenlet.spawn { ... }"
        case (.callback, false): "do it in a greenlet that yields, or in a ThreadPool"
        }
    }

    /// The first line: "the loop is held by a callback of the loop, which computes, for 0.20 s so far".
    public var message: String {
        let how = self.isWaiting ? "waits in a blocking call" : "computes"
        let still = self.isFirst ? "" : " still"
        return "the loop is held by \(self.holder.text), which\(still) \(how), for \(Seconds.text(self.seconds)) so far"
    }

    /// All of it: the message, the frames, and what to try, a line each.
    public var description: String {
        var lines = [self.message]
        lines += self.frames.isEmpty ? ["  (no backtrace can be had)"] : self.frames.map { "  at \($0)" }
        lines.append("  try: \(self.advice)")
        return lines.joined(separator: "\n")
    }
}

/// Lengths of time for people.
enum Seconds {
    /// With two digits behind the point: "0.25 s".
    static func text(_ seconds: Double) -> String {
        let hundredths = Int((min(max(seconds, 0), 1e9) * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }
}
