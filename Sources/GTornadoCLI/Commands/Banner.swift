// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import LibeventProviders
import MonkeyPatch

/// What `run` says on standard error: what was exchanged, where the app listens, and how it stops.
struct Banner: Sendable {
    private let title: String
    private let server: HTTPServerChoice?
    private let isJSON: Bool
    private let isVerbose: Bool

    init(plugin: Plugin, server: HTTPServerChoice?, format: LogFormat, isVerbose: Bool) {
        self.title = "gtornado \(Versions.gtornado) runs \(plugin.name) (\(plugin.framework))"
        self.server = server
        self.isJSON = format == .json
        self.isVerbose = isVerbose
    }

    /// The run's events, each told in a line or two.
    var events: RunEvents {
        var events = RunEvents()
        events.patched = { report, backend in self.patched(report, backend) }
        events.listening = { url, address in
            let place = url.isEmpty ? address : url
            self.say("listening on \(place)", [("url", .text(url)), ("address", .text(address))])
        }
        events.stopping = { signal, grace in
            self.say(
                "\(signal == SIGINT ? "SIGINT" : "SIGTERM"): no new connections; requests may take "
                    + "\(TimeSpan.text(grace)) to finish, a second signal ends them now",
                []
            )
        }
        events.dropped = { count in
            self.say("\(count) connections were dropped: their requests took too long", [], level: "warning")
        }
        events.failed = { Console.report($0) }
        events.applicationFailed = { request, reason in
            self.say("\(request): \(reason)", [], level: "error")
        }
        events.unusedSockets = { addresses in
            self.say(
                "--http-socket \(addresses.joined(separator: ", ")) was not used: the app never listened",
                [],
                level: "warning"
            )
        }
        events.reloaded = { count in
            let servers = count == 0 ? "no server speaks TLS now" : "new connections use what is in them now"
            self.say("SIGHUP: certificates were read again; \(servers)", [("servers", .number(count))])
        }
        events.reloadFailed = { why in
            self.say("SIGHUP: certificates stay as they were: \(why)", [], level: "error")
        }
        events.reloadsImpossible = {
            self.say("the app handles SIGHUP itself: it will not have certificates read again", [], level: "warning")
        }
        events.watching = WatchBanner(isJSON: self.isJSON).events
        return events
    }

    private func patched(_ report: PatchReport, _ backend: String?) {
        self.say(
            "\(self.title) on \(self.loop(report, backend))",
            [("swapped", .list(report.swapped.map { .text($0) }))]
        )
        if !self.isJSON { Console.note("  " + self.summary(report)) }
        self.sayCalls(report)
        if self.isVerbose {
            for line in report.lines {
                self.say(self.isJSON ? line : "  " + line, [])
            }
        }
        for limitation in self.server.map({ $0 == .evhttp ? $0.limitations : [] }) ?? [] {
            self.say("evhttp: \(limitation)", [], level: "warning")
        }
    }

    /// Which of libc's calls suspend greenlets now, in a line; why there are no greenlets, where they were wanted.
    private func sayCalls(_ report: PatchReport) {
        if case .impossible(let why) = report.outcome(of: .greenlet) {
            self.say("there are no greenlets, and blocking calls block: \(why)", [], level: "warning")
        }
        let families = report.outcomes.compactMap { entry -> (String, Int)? in
            guard case .rewritten(let calls, _) = entry.outcome, calls > 0 else { return nil }
            return (entry.name.rawValue, calls)
        }
        guard !families.isEmpty else { return }
        let count = families.map(\.1).reduce(0, +)
        let names = families.map(\.0).joined(separator: ", ")
        let libraries = report.libc.libraries.count
        let text =
            "patched \(count) libc \(count == 1 ? "call" : "calls") in "
            + "\(libraries) \(libraries == 1 ? "library" : "libraries"): \(names)"
        self.say(self.isJSON ? text : "  " + text, families.map { ($0.0, .number($0.1)) })
    }

    private func loop(_ report: PatchReport, _ backend: String?) -> String {
        let method = backend.map { " (\($0))" } ?? ""
        guard case .swapped = report.outcome(of: .ioloop) else { return "its own loop\(method)" }
        return "libevent \(LibeventLoop.version)\(method)"
    }

    private func summary(_ report: PatchReport) -> String {
        let swapped = report.swapped
        return swapped.isEmpty ? "swapped nothing" : "swapped " + swapped.joined(separator: ", ")
    }

    private func say(_ message: String, _ facts: [(String, JSONValue)], level: String = "info") {
        guard self.isJSON else { return Console.note(level == "info" ? message : "\(level): \(message)") }
        let line: [(String, JSONValue)] = [
            ("level", .text(level)), ("logger", .text("gtornado")), ("message", .text(message)),
        ]
        Console.note(JSONValue.object(line + facts).text)
    }
}

extension PatchReport {
    /// "ioloop (epoll → libevent)" for each provider exchanged, and "concurrency" where tasks were moved.
    fileprivate var swapped: [String] {
        self.outcomes.compactMap { entry in
            switch entry.outcome {
            case .swapped(let previous, let new): "\(entry.name.rawValue) (\(previous?.name ?? "none") → \(new))"
            case .onLoop: "\(entry.name.rawValue) (tasks → loop)"
            case .kept, .absent, .unmoved, .rewritten, .off, .impossible: nil
            }
        }
    }
}
