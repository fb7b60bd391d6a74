// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import MonkeyPatch

/// The blocking calls of a plugin and its libraries, grouped so that many libraries stay readable.
struct CallListing {
    /// How many names are shown of a group; `--json` has all.
    private static let mostCalls = 5
    private static let mostLibraries = 6

    let calls: PluginCalls

    /// The lines for people.
    var lines: [String] {
        self.rewritten + self.escaping + self.rest
    }

    /// How many calls there are of both kinds, in a line.
    var summary: String {
        let counts = self.calls.libraries.map { library in library.patches.map(\.calls.count).reduce(0, +) }
        let (rewritten, libraries) = (counts.reduce(0, +), counts.count { $0 > 0 })
        let escaping = self.calls.libraries.map(\.escaping.count).reduce(0, +)
        return "\(Self.plural(rewritten, "blocking call", "blocking calls")) in "
            + "\(Self.plural(libraries, "library", "libraries")) would be rewritten, \(escaping) would escape"
    }

    /// How many calls of a patch there are: "12 calls in 3 libraries"; null if there are none.
    func count(of patch: Patch.Name) -> String? {
        let counts = self.calls.libraries.map { library in library.calls.count { $0.family.patch == patch } }
        let (calls, libraries) = (counts.reduce(0, +), counts.count { $0 > 0 })
        guard calls > 0 else { return nil }
        return "\(Self.plural(calls, "call", "calls")) in \(Self.plural(libraries, "library", "libraries"))"
    }

    /// A line a library, its calls by patch; those that must be asked for are counted only, in the table of patches.
    private var rewritten: [String] {
        let rows = self.calls.libraries.filter { !$0.patches.isEmpty }.map { library in
            let groups = library.patches.map { "\($0.name.rawValue): \(Self.elided($0.calls, Self.mostCalls))" }
            return ["  " + library.name, groups.joined(separator: "; ")]
        }
        guard !rows.isEmpty else { return ["", "No library makes a call that would be rewritten."] }
        return ["", "Calls that would be rewritten, in \(rows.count) of \(self.calls.libraries.count) libraries:"]
            + TextTable.lines(rows)
    }

    /// Two lines a reason, and who is concerned.
    private var escaping: [String] {
        let groups = Escape.allCases.compactMap { escape -> [String]? in
            let concerned = self.calls.libraries.filter { $0.names(escape).count > 0 }
            guard !concerned.isEmpty else { return nil }
            var names: [String] = []
            for name in concerned.flatMap({ $0.names(escape) }) where !names.contains(name) { names.append(name) }
            return [
                "  \(escape.why):",
                "    \(Self.elided(names, Self.mostCalls)) in \(Self.elided(concerned.map(\.name), Self.mostLibraries))",
            ]
        }
        let notes = self.calls.libraries.flatMap { library in library.notes.map { "  \(library.name): \($0)" } }
        guard !groups.isEmpty || !notes.isEmpty else { return ["", "No blocking call would escape."] }
        return ["", "Blocking calls that would escape:"] + groups.flatMap { $0 } + notes
    }

    /// What is never patched, what has nothing to patch, what is missing: a line each.
    private var rest: [String] {
        var lines: [String] = []
        var reasons: [(why: String, names: [String])] = []
        for library in self.calls.libraries {
            guard case .never(let why) = library.treatment else { continue }
            if let index = reasons.firstIndex(where: { $0.why == why }) {
                reasons[index].names.append(library.name)
            } else {
                reasons.append((why, [library.name]))
            }
        }
        let never = reasons.map { "\($0.names.joined(separator: " ")) (\($0.why))" }
        let none = self.calls.libraries.filter {
            $0.treatment == .patched && $0.patches.isEmpty && $0.escaping.isEmpty && $0.notes.isEmpty
        }
        if !never.isEmpty { lines += ["", "Never patched: \(never.joined(separator: ", "))"] }
        if !none.isEmpty { lines += ["", "Without such calls: \(none.map(\.name).joined(separator: " "))"] }
        for library in self.calls.libraries where library.treatment == .missing {
            lines += ["", "Not found: \(library.name), which \(library.neededBy ?? "the plugin") needs"]
        }
        return lines
    }

    private static func elided(_ names: [String], _ most: Int) -> String {
        // One more is no longer than saying that there is one more.
        guard names.count > most + 1 else { return names.joined(separator: " ") }
        return names.prefix(most).joined(separator: " ") + " +\(names.count - most)"
    }

    private static func plural(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }
}

extension CallListing {
    /// All of it, for programs.
    var json: JSONValue {
        .list(self.calls.libraries.map(Self.json))
    }

    private static func json(of library: PluginCalls.Library) -> JSONValue {
        var treatment = "patched"
        var why = JSONValue.null
        switch library.treatment {
        case .patched: break
        case .never(let reason): (treatment, why) = ("never", .text(reason))
        case .missing: treatment = "missing"
        }
        let calls = library.calls.map {
            JSONValue.object([("name", .text($0.name)), ("patch", .text($0.family.name))])
        }
        let escaping = library.escaping.map {
            JSONValue.object([
                ("name", .text($0.name)), ("kind", .text($0.escape.rawValue)), ("why", .text($0.escape.why)),
            ])
        }
        return .object([
            ("name", .text(library.name)),
            ("path", library.path.map { .text($0) } ?? .null),
            ("needed_by", library.neededBy.map { .text($0) } ?? .null),
            ("treatment", .text(treatment)),
            ("why", why),
            ("calls", .list(calls)),
            ("escaping", .list(escaping)),
            ("notes", .list(library.notes.map { .text($0) })),
        ])
    }
}

extension PluginCalls.Library {
    /// The calls that a usual patch is about, patch by patch.
    fileprivate var patches: [(name: Patch.Name, calls: [String])] {
        Patch.Name.allCases.filter { !$0.isOptIn }.compactMap { name in
            let calls = self.calls.filter { $0.family.patch == name }.map(\.name)
            return calls.isEmpty ? nil : (name, calls)
        }
    }

    fileprivate func names(_ escape: Escape) -> [String] {
        self.escaping.filter { $0.escape == escape }.map(\.name)
    }
}
