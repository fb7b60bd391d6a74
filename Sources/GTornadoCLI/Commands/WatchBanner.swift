// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import MonkeyPatch

/// What `run` says of what it watches: for people as it describes itself, with `--log-format json` as one object a line.
struct WatchBanner: Sendable {
    let isJSON: Bool

    var events: WatchEvents {
        var events = WatchEvents()
        events.blocked = { self.say("warning", $0.message, Self.facts($0), "\($0)") }
        events.starved = { seconds in
            let message = "the loop got nowhere for \(seconds.hundredths) s: its thread was waiting for a CPU"
            self.say("notice", message, [("seconds", .text(seconds.hundredths))], message)
        }
        events.lock = { self.say("warning", $0.message, Self.facts($0), "\($0)") }
        events.memory = { self.say("warning", "\($0)", Self.facts($0), "\($0)") }
        events.runInfo = { info in
            if self.isJSON { self.say("info", "run info", Self.facts(info), "") } else { Console.note("\(info)") }
        }
        return events
    }

    private func say(_ level: String, _ message: String, _ facts: [(String, JSONValue)], _ text: String) {
        guard self.isJSON else { return Console.note("\(level): \(text)") }
        let line: [(String, JSONValue)] = [
            ("level", .text(level)), ("logger", .text("gtornado")), ("message", .text(message)),
        ]
        Console.note(JSONValue.object(line + facts).text)
    }

    private static func facts(_ report: BlockingReport) -> [(String, JSONValue)] {
        var holder: [(String, JSONValue)] = [("holder", .text("callback"))]
        switch report.holder {
        case .greenlet(let name): holder = [("holder", .text("greenlet")), ("greenlet", .text(name))]
        case .task: holder = [("holder", .text("task"))]
        case .callback: break
        }
        return [("milliseconds", .number(report.seconds.milliseconds))] + holder + [
            ("waiting", .bool(report.isWaiting)), ("count", .number(report.count)), ("first", .bool(report.isFirst)),
            ("frames", Self.frames(report.frames)), ("advice", .text(report.advice)),
        ]
    }

    private static func facts(_ report: LockReport) -> [(String, JSONValue)] {
        [
            ("holder", .text(report.holder)), ("frames", Self.frames(report.frames)),
            ("advice", .text(report.advice)),
        ]
    }

    private static func facts(_ report: MemoryReport) -> [(String, JSONValue)] {
        [
            ("resident", .number(report.resident)), ("ceiling", .number(report.ceiling)),
            ("greenlets", Self.counts(report.greenlets)),
        ]
    }

    private static func facts(_ info: RunInfo) -> [(String, JSONValue)] {
        [
            ("backend", .text(info.backend)), ("pending", .number(info.pending)),
            ("resident", .number(info.resident)), ("blockings", info.blockings.map { .number($0) } ?? .null),
            ("longestBlockingMilliseconds", .number(info.longestBlocking.milliseconds)),
            ("counts", Self.counts(info.counts)), ("greenlets", .list(info.greenlets.map(Self.greenlet))),
        ]
    }

    private static func counts(_ counts: GreenletCounts) -> JSONValue {
        .object([
            ("live", .number(counts.live)), ("waiting", .number(counts.waiting)), ("ready", .number(counts.ready)),
            ("pooledStacks", .number(counts.pooledStacks)), ("workers", .number(counts.workers)),
            ("busyWorkers", .number(counts.busyWorkers)), ("spawned", .number(counts.spawned)),
            ("switches", .number(counts.switches)),
        ])
    }

    private static func greenlet(_ greenlet: RunInfo.Greenlet) -> JSONValue {
        .object([
            ("id", .number(Int(clamping: greenlet.id))), ("name", .text(greenlet.name)),
            ("count", .number(greenlet.count)), ("state", .text(greenlet.state.rawValue)),
            ("waitsFor", greenlet.waitsFor.isEmpty ? .null : .text(greenlet.waitsFor)),
            ("descriptor", greenlet.descriptor.map { .number(Int($0)) } ?? .null),
            ("sinceMilliseconds", .number(greenlet.seconds.milliseconds)),
            ("ageMilliseconds", .number(greenlet.age.milliseconds)),
            ("stackSize", .number(greenlet.stackSize)), ("stackUsed", .number(greenlet.stackUsed)),
            ("switches", .number(Int(clamping: greenlet.switches))), ("frames", Self.frames(greenlet.frames)),
        ])
    }

    private static func frames(_ frames: [StackFrame]) -> JSONValue {
        .list(
            frames.map { frame in
                .object([
                    ("function", frame.function.map { .text($0) } ?? .null),
                    ("library", frame.library.map { .text($0) } ?? .null),
                    ("offset", .text("0x" + String(frame.offset, radix: 16))),
                ])
            }
        )
    }
}

extension Double {
    fileprivate var milliseconds: Int { Int((min(max(self, 0), 1e9) * 1000).rounded()) }

    fileprivate var hundredths: String {
        let hundredths = Int((min(max(self, 0), 1e9) * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
