// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGreenlet
import Glibc

/// The process has passed `--max-memory`.
public struct MemoryReport: Sendable, Equatable, CustomStringConvertible {
    /// Resident bytes now, and the ceiling.
    public let resident: Int
    /// The ceiling, in bytes.
    public let ceiling: Int
    /// What the greenlets were doing.
    public let greenlets: GreenletCounts

    /// In a line.
    public var description: String {
        "memory: \(Bytes.text(self.resident)) are resident, more than --max-memory \(Bytes.text(self.ceiling)); "
            + self.greenlets.description
    }
}

/// How many greenlets there are, and what they do.
public struct GreenletCounts: Sendable, Equatable, CustomStringConvertible {
    /// Those that have not ended.
    public var live = 0
    /// Those of them that wait.
    public var waiting = 0
    /// Those of them that run in this turn of the loop or the next.
    public var ready = 0
    /// Stacks that are kept for greenlets to come.
    public var pooledStacks = 0
    /// Threads that do what cannot wait on the loop, and those of them that do something.
    public var workers = 0
    /// Those of the threads that do something.
    public var busyWorkers = 0
    /// All that were ever spawned.
    public var spawned = 0
    /// How often one was resumed.
    public var switches = 0

    /// The calling thread's.
    static func now() -> GreenletCounts {
        guard gt_hub_current() != nil else { return GreenletCounts() }
        var counts = gt_hub_counts()
        gt_hub_count(&counts)
        return GreenletCounts(
            live: counts.live,
            waiting: counts.waiting,
            ready: counts.ready,
            pooledStacks: counts.pooled_stacks,
            workers: counts.workers,
            busyWorkers: counts.busy_workers,
            spawned: Int(counts.spawned),
            switches: Int(counts.switches)
        )
    }

    /// In a few words.
    public var description: String {
        "\(self.live) greenlets (\(self.waiting) waiting, \(self.ready) ready), \(self.pooledStacks) pooled stacks, "
            + "\(self.busyWorkers) of \(self.workers) worker threads busy"
    }
}

/// Tells when the resident memory passes a ceiling: once, and again only after it has been well below.
struct MemoryCeiling {
    let ceiling: Int
    private var isAbove = false

    init(_ ceiling: Int) {
        self.ceiling = ceiling
    }

    /// Whether `resident` bytes are a crossing.
    mutating func crosses(_ resident: Int) -> Bool {
        if resident > self.ceiling {
            defer { self.isAbove = true }
            return !self.isAbove
        }
        // A twentieth below, so that what swings around the ceiling is told once.
        if resident < self.ceiling - self.ceiling / 20 { self.isAbove = false }
        return false
    }

    /// Bytes of this process that are in memory; 0 if the system does not tell.
    static var resident: Int {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = read(file, &text, text.count)
        guard count > 0 else { return 0 }
        let words = text[..<count].split(separator: UInt8(ascii: " "))
        return words.count > 1 ? (Int(String(decoding: words[1], as: UTF8.self)) ?? 0) * Int(getpagesize()) : 0
    }
}

/// Amounts of memory for people.
enum Bytes {
    /// In the largest unit of which there is one: "2.5 GiB", "300 MiB", "12 KiB".
    static func text(_ bytes: Int) -> String {
        for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where bytes >= size {
            let tenths = (bytes * 10 + size / 2) / size
            return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
        }
        return "\(bytes) bytes"
    }
}
