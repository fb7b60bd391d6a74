// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Which of libc's calls were rewritten, and in which libraries.
public struct LibcPatchReport: Sendable, Equatable {
    /// One call of one library.
    public struct Call: Sendable, Equatable {
        /// The function's name.
        public let name: String
        /// The group it belongs to.
        public let family: LibcFamily
        /// In how many places of the library its address was.
        public internal(set) var slots: Int
    }

    /// What was rewritten in one library.
    public struct Library: Sendable, Equatable {
        /// The library's path; empty for the program itself.
        public let path: String
        /// The last part of the path, or "the program".
        public let name: String
        /// The calls, in the order they were found.
        public internal(set) var calls: [Call] = []
    }

    /// A call that goes somewhere else already, or cannot be rewritten.
    public struct LeftAlone: Sendable, Equatable {
        /// The library's name.
        public let library: String
        /// The function's name.
        public let call: String
        /// Why, in a few words.
        public let why: String
    }

    /// The libraries in which something was rewritten, in the order of loading.
    public private(set) var libraries: [Library] = []
    /// What was left alone.
    public private(set) var leftAlone: [LeftAlone] = []

    init() {}

    /// How many different calls of a family were rewritten, library by library, and in how many libraries.
    public func count(_ family: LibcFamily) -> (calls: Int, libraries: Int) {
        let counts = self.libraries.map { library in library.calls.count { $0.family == family } }
        return (counts.reduce(0, +), counts.count { $0 > 0 })
    }

    /// What was rewritten of a family: "41 calls in 3 libraries".
    public func text(_ family: LibcFamily) -> String {
        let (calls, libraries) = self.count(family)
        return Self.text(calls: calls, libraries: libraries)
    }

    static func text(calls: Int, libraries: Int) -> String {
        guard calls > 0 else { return "no library makes any of its calls" }
        return "\(calls) \(calls == 1 ? "call" : "calls") in \(libraries) \(libraries == 1 ? "library" : "libraries")"
    }

    mutating func rewrite(_ slot: GOTSlot, in libraries: LoadedLibraries, _ family: LibcFamily) {
        let index = self.index(of: slot.library, libraries)
        if let call = self.libraries[index].calls.firstIndex(where: { $0.name == slot.name }) {
            self.libraries[index].calls[call].slots += 1
        } else {
            self.libraries[index].calls.append(Call(name: slot.name, family: family, slots: 1))
        }
    }

    mutating func leave(_ slot: GOTSlot, in libraries: LoadedLibraries, _ why: String) {
        let entry = LeftAlone(library: Self.name(slot.library, libraries), call: slot.name, why: why)
        if !self.leftAlone.contains(entry) { self.leftAlone.append(entry) }
    }

    /// Adds what a later walk has done.
    mutating func merge(_ other: LibcPatchReport) {
        self.leftAlone += other.leftAlone.filter { !self.leftAlone.contains($0) }
        for library in other.libraries {
            if let index = self.libraries.firstIndex(where: { $0.path == library.path }) {
                self.libraries[index].calls += library.calls
            } else {
                self.libraries.append(library)
            }
        }
    }

    private mutating func index(of identity: LoadedObject.Identity, _ libraries: LoadedLibraries) -> Int {
        if let index = self.libraries.firstIndex(where: { $0.path == identity.path }) { return index }
        self.libraries.append(Library(path: identity.path, name: Self.name(identity, libraries)))
        return self.libraries.count - 1
    }

    private static func name(_ identity: LoadedObject.Identity, _ libraries: LoadedLibraries) -> String {
        libraries.all.first { $0.identity == identity }?.shortName ?? identity.path
    }
}
