// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Which patches to apply.
///
/// Nothing said means the usual ones: all but those that must be asked for. Names switched off mean the usual ones but
/// those. Names selected mean only those; but names that must be asked for, where no others are selected, are added to
/// the usual ones, since they could do nothing alone.
///
/// ```swift
/// try Selection(only: ["ioloop"]).contains(.httpserver)  // false
/// try Selection(only: ["file"]).contains(.httpserver)  // true
/// ```
public struct Selection: Sendable, Equatable {
    private let names: Set<Patch.Name>

    /// The usual patches: every one but those that must be asked for.
    public static let all = Selection(Patch.Name.allCases.filter { !$0.isOptIn })

    /// Those patches, whether or not they go together.
    init(_ names: some Sequence<Patch.Name>) {
        self.names = Set(names)
    }

    /// Applies the rules to names that a person wrote.
    ///
    /// - Parameters:
    ///   - only: Names selected; none means the usual ones.
    ///   - except: Names switched off.
    /// - Throws: A usage error for an unknown name, for one both selected and switched off, and for one without
    ///   another that it needs.
    public init(only: [String] = [], except: [String] = []) throws(MonkeyError) {
        let selected = try Self.parse(only)
        let dropped = try Self.parse(except)
        if let both = Patch.Name.allCases.first(where: { selected.contains($0) && dropped.contains($0) }) {
            throw MonkeyError(
                .usage,
                "cannot select the patch \(both.rawValue)",
                because: "it is both selected and switched off",
                try: "say one of the two"
            )
        }
        let isAddition = selected.allSatisfy(\.isOptIn)
        self.names = (isAddition ? Self.all.names.union(selected) : selected).subtracting(dropped)
        try self.check()
    }

    /// Whether a patch is to be applied.
    public func contains(_ name: Patch.Name) -> Bool {
        self.names.contains(name)
    }

    private func check() throws(MonkeyError) {
        if self.contains(.httpserver), !self.contains(.ioloop) {
            throw MonkeyError(
                .usage,
                "cannot patch httpserver without ioloop",
                because: "libevent's HTTP servers run on libevent's loop only",
                try: "leave both out: --no-ioloop --no-httpserver",
                "or patch both: --patch ioloop,httpserver"
            )
        }
        let calls = Patch.Name.allCases.filter { self.contains($0) && $0.needed == .greenlet }.map(\.rawValue)
        guard !calls.isEmpty, !self.contains(.greenlet) else { return }
        throw MonkeyError(
            .usage,
            "cannot patch \(calls.joined(separator: ", ")) without greenlet",
            because: "a patched call waits by suspending the greenlet that it is made in",
            try: "leave them all out: --no-patch \((["greenlet"] + calls).joined(separator: ","))",
            "or name it too: --patch \((["greenlet"] + calls).joined(separator: ","))"
        )
    }

    /// Names as written, one or more in each word, with commas between them.
    private static func parse(_ words: [String]) throws(MonkeyError) -> Set<Patch.Name> {
        var names: Set<Patch.Name> = []
        for word in words {
            for part in word.split(separator: ",", omittingEmptySubsequences: false) {
                names.insert(try Self.name(String(part.filter { $0 != " " })))
            }
        }
        return names
    }

    private static func name(_ word: String) throws(MonkeyError) -> Patch.Name {
        if let name = Patch.Name(rawValue: word) { return name }
        let near = Suggestion.near(word, in: Catalogue.names).first
        throw MonkeyError(
            .usage,
            "unknown patch '\(word)'",
            because: "the patches are \(Catalogue.names.joined(separator: ", "))",
            remedies: near.map { ["did you mean \($0)?"] } ?? ["gtornado patch --list"]
        )
    }
}
