// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What was done to one registry: what was exchanged, who had registered it, and what stayed.
public struct PatchReport: Sendable, Equatable {
    /// What became of one patch.
    public enum Outcome: Sendable, Equatable {
        /// A provider took another's place; nobody had provided it where `previous` is null.
        case swapped(previous: ProviderRegistry.Provider?, new: String)
        /// What the app registered stays.
        case kept(ProviderRegistry.Provider)
        /// Nobody provides it.
        case absent
        /// Swift's tasks are moved to the loop.
        case onLoop
        /// Swift's tasks stay where they are: the app has none that can be moved, or the patch is switched off.
        case unmoved(why: String)
        /// So many of libc's calls suspend greenlets now: different ones, library by library.
        case rewritten(calls: Int, libraries: Int)
        /// It was not to be done, for this reason.
        case off(why: String)
        /// It was to be done, and cannot be here.
        case impossible(why: String)
    }

    /// The outcomes, in the catalogue's order.
    public internal(set) var outcomes: [(name: Patch.Name, outcome: Outcome)] = []
    /// What became of the app's resolver, which no patch stands for; null if nobody asked for one.
    public internal(set) var resolver: Outcome?
    /// The library by which servers speak the TLS that the run was given; null if it was given none.
    public internal(set) var tls: String?
    /// What is watched, and what is not, a line each.
    public internal(set) var watched: [String] = []
    /// Which of libc's calls were rewritten, library by library.
    public internal(set) var libc = LibcPatchReport()

    /// What became of a patch.
    public func outcome(of name: Patch.Name) -> Outcome? {
        self.outcomes.first { $0.name == name }?.outcome
    }

    /// A line for each patch, for the resolver, for TLS and for what is watched, for each library that has calls rewritten, and for
    /// each call that was left alone.
    public var lines: [String] {
        self.outcomes.map { "\($0.name.rawValue): \($0.outcome.text)" }
            + (self.resolver.map { ["resolver: \($0.text)"] } ?? [])
            + (self.tls.map { ["tls: \($0), on every HTTP server, in place of the app's own settings"] } ?? [])
            + self.watched.map { "watching: \($0)" }
            + self.libc.libraries.map { "\($0.name): \($0.calls.map(\.name).joined(separator: " "))" }
            + self.libc.leftAlone.map { "\($0.library): \($0.call) stays as it is: \($0.why)" }
    }

    /// Reports are equal if every patch had the same outcome.
    public static func == (one: PatchReport, other: PatchReport) -> Bool {
        one.libc == other.libc && one.resolver == other.resolver && one.watched == other.watched && one.tls == other.tls
            && one.outcomes.elementsEqual(other.outcomes) { $0.name == $1.name && $0.outcome == $1.outcome }
    }
}

extension PatchReport.Outcome {
    /// What became of it, in a few words.
    public var text: String {
        switch self {
        case .swapped(let previous?, let new):
            "\(new), in place of \(previous.name) (registered by \(previous.registeredBy))"
        case .swapped(.none, let new):
            "\(new) (nothing was registered)"
        case .kept(let provider):
            "\(provider.name), as registered by \(provider.registeredBy)"
        case .absent:
            "none: the app registered none, and the patch is switched off"
        case .onLoop:
            "Swift's tasks run on the loop"
        case .unmoved(let why):
            "not moved: \(why)"
        case .rewritten(let calls, let libraries):
            LibcPatchReport.text(calls: calls, libraries: libraries)
        case .off(let why), .impossible(let why):
            "not patched: \(why)"
        }
    }
}
