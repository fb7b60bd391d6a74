// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import ProviderKit

/// What the greenlets of this thread do, for people.
///
/// ```swift
/// print(RunInfo.text())
/// ```
public enum RunInfo {
    /// One greenlet, as it was when it was looked at.
    public struct Entry: Sendable {
        /// Its number in the order of spawning, from 1; 0 is the app's main.
        public let id: UInt64
        /// Its name, or the place where it was spawned.
        public let name: String
        /// The place where it was spawned; empty if that was not in this app.
        public let spawnedAt: String
        /// The number of the greenlet that spawned it; null if that was the loop, or has ended.
        public let spawner: UInt64?
        /// "new", "ready", "running" or "waiting".
        public let state: String
        /// What it waits for: "Event.wait", "recv"; empty if it does not.
        public let waitsFor: String
        /// The descriptor that it waits for; null if for none.
        public let descriptor: Int32?
        /// Seconds since it was spawned.
        public let age: Double
        /// Seconds since it was last resumed or began to wait.
        public let since: Double
        /// Bytes of stack that it has, and the most of them that were ever used; both 0 for the app's main.
        public let stackSize: Int
        /// The most bytes of its stack that were ever used.
        public let stackUsed: Int
        /// How often it was resumed.
        public let switches: UInt64
        /// The functions on its stack, innermost first.
        public let stack: [String]
    }

    /// All greenlets of this thread, oldest first; none where nobody provides them.
    ///
    /// - Parameter stacks: Whether to tell what is on their stacks, which takes some time.
    /// - Returns: What each of them does.
    public static func greenlets(stacks: Bool = true) -> [Entry] {
        guard let table = GreenletEngine.table else { return [] }
        var handles: [OpaquePointer] = []
        GreenletEngine.forEach(table) { handles.append($0) }
        let infos = handles.map { ($0, GreenletEngine.info($0, table, complete: true)) }
        let ids = Dictionary(infos.map { ($0, $1.id) }) { first, _ in first }
        let now = MonotonicClock.now
        return infos.map { handle, info in
            let greenlet = GreenletRoster.current.known(handle, id: info.id)
            // A handle that has a new owner since belongs to a younger greenlet.
            let spawner = greenlet?.spawner.flatMap { ids[$0] }.flatMap { $0 < info.id ? $0 : nil }
            return Entry(info, greenlet, spawner, now, stacks ? Self.stack(handle, table) : [])
        }
    }

    /// All greenlets of this thread as a tree: under each, those that it has spawned.
    ///
    /// - Parameter stacks: Whether to tell what is on their stacks.
    /// - Returns: The tree, without a newline at its end.
    public static func text(stacks: Bool = true) -> String {
        let entries = Self.greenlets(stacks: stacks)
        let known = Set(entries.map(\.id))
        var children: [UInt64?: [Entry]] = [:]
        for entry in entries {
            let spawner = entry.spawner.flatMap { known.contains($0) ? $0 : nil }
            children[spawner, default: []].append(entry)
        }
        var lines = ["\(entries.count) greenlets, \(entries.count { $0.state == "waiting" }) of them waiting"]
        // A stack of our own: greenlets may have spawned each other in a long row.
        var open = (children[nil] ?? []).reversed().map { ($0, 0) }
        while let (entry, depth) = open.popLast() {
            let indent = String(repeating: "  ", count: depth)
            lines.append(indent + entry.line)
            lines += entry.stack.map { "\(indent)    \($0)" }
            open += (children[entry.id] ?? []).reversed().map { ($0, depth + 1) }
        }
        return lines.joined(separator: "\n")
    }

    /// Who waits for what, a line each, beginning with the caller, who is about to wait for `why`.
    static func waits(_ why: StaticString) -> String {
        let most = 20
        var waiting = Self.greenlets(stacks: false).filter { $0.state == "waiting" }.map { "  \($0.line)" }
        if waiting.count > most { waiting[most...] = ["  and \(waiting.count - most) more"] }
        return (["  '\(Greenlet.current.name)' waits for \(why)"] + waiting).joined(separator: "\n")
    }

    private static func stack(_ handle: OpaquePointer, _ table: UnsafePointer<gt_suspend>) -> [String] {
        var addresses = [UnsafeMutableRawPointer?](repeating: nil, count: 32)
        let count = table.pointee.backtrace(handle, &addresses, addresses.count)
        return addresses.prefix(count).compactMap { $0.map { StackFrame.text($0) } }
    }
}

extension RunInfo.Entry {
    fileprivate init(
        _ info: gt_greenlet_info,
        _ greenlet: Greenlet?,
        _ spawner: UInt64?,
        _ now: Double,
        _ stack: [String]
    ) {
        let own = info.name.map { String(cString: $0) } ?? ""
        self.id = info.id
        self.name = greenlet?.name ?? (info.id == 0 ? "main" : own)
        self.spawnedAt = greenlet?.spawnedAt ?? ""
        self.spawner = spawner
        self.state =
            switch Int(info.state) {
            case Int(GT_GREENLET_NEW): "new"
            case Int(GT_GREENLET_READY): "ready"
            case Int(GT_GREENLET_RUNNING): "running"
            default: "waiting"
            }
        self.waitsFor = info.waits_for.map { String(cString: $0) } ?? ""
        self.descriptor = info.descriptor >= 0 ? info.descriptor : nil
        self.age = max(0, now - info.born)
        self.since = max(0, now - info.since)
        self.stackSize = info.stack_size
        self.stackUsed = info.stack_used
        self.switches = info.switches
        self.stack = stack
    }

    /// It in one line.
    var line: String {
        var text = "'\(self.name)' (\(self.id)"
        if !self.spawnedAt.isEmpty, self.spawnedAt != self.name { text += ", spawned at \(self.spawnedAt)" }
        text += ") "
        if self.state == "waiting" {
            text += "waits for \(self.waitsFor)"
            if let descriptor = self.descriptor { text += " on descriptor \(descriptor)" }
        } else {
            text += "is \(self.state)"
        }
        text += " since \(Self.seconds(self.since)) s"
        if self.stackSize > 0 { text += ", stack \(self.stackUsed / 1024) of \(self.stackSize / 1024) KiB" }
        return text
    }

    private static func seconds(_ value: Double) -> String {
        let hundredths = Int(value * 100)
        return "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
    }
}
