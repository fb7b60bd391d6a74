// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CMonkeyPatch

/// A mutex of a patched library that a suspended greenlet holds: `--debug-locks` has seen it.
public struct LockReport: Sendable, Equatable, CustomStringConvertible {
    /// What was seen.
    public enum Kind: Sendable, Equatable {
        /// The holder was suspended.
        case kept
        /// Another greenlet wants it, and waits for the holder.
        case wanted(by: String)
        /// The loop itself wants it, and hangs.
        case deadly
    }

    /// What was seen.
    public let kind: Kind
    /// The name of the greenlet that holds the mutex.
    public let holder: String
    /// Where the mutex is in memory.
    public let mutex: UInt
    /// Where it was locked, innermost first.
    public let frames: [StackFrame]

    /// In a line.
    public var message: String {
        let mutex = "the mutex 0x\(String(self.mutex, radix: 16))"
        switch self.kind {
        case .kept:
            return "the greenlet '\(self.holder)' was suspended while it held \(mutex)"
        case .wanted(let wanter):
            return "the greenlet '\(wanter)' wants \(mutex), which the suspended greenlet '\(self.holder)' holds: "
                + "without --debug-locks the whole thread would wait for ever; it waits like a greenlet now"
        case .deadly:
            return "a callback of the loop, or an async function, wants \(mutex), which the suspended greenlet "
                + "'\(self.holder)' holds: the thread waits for ever"
        }
    }

    /// What to do about it.
    public var advice: String {
        "unlock before calling what waits; or call what holds the mutex in a ThreadPool"
    }

    /// All of it: the message, where the mutex was locked, and what to try, a line each.
    public var description: String {
        ([self.message] + self.frames.map { "  locked at \($0)" } + ["  try: \(self.advice)"]).joined(separator: "\n")
    }

    /// An event, with its addresses turned into names.
    init(_ event: gt_lock_event, _ symbolizer: inout Symbolizer) {
        self.holder = Self.text(event.holder)
        switch Int(event.kind) {
        case GT_LOCK_WANTED: self.kind = .wanted(by: Self.text(event.wanter))
        case GT_LOCK_DEADLY: self.kind = .deadly
        default: self.kind = .kept
        }
        self.mutex = UInt(bitPattern: event.mutex)
        let addresses = withUnsafeBytes(of: event.frames) { bytes in
            bytes.bindMemory(to: UInt.self).prefix(Int(event.frame_count)).map { $0 }
        }
        self.frames = symbolizer.frames(addresses, isExact: false).withoutEngine
    }

    /// A C array of characters, up to its NUL.
    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
