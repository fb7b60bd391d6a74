// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What is known of a loaded object when nobody holds it: it may be gone by now.
struct LoadedLibrary {
    let identity: LoadedObject.Identity
    /// The object's own name, for others to need.
    let name: String?
    let needed: [String]
    let range: Range<UInt64>
    /// Why its calls stay as they are; null if they may be patched.
    let never: NeverPatched?

    init(_ object: LoadedObject) {
        let table = object.dynamicTable
        let section = table.map { $0.section(of: object) } ?? DynamicSection()
        self.identity = object.identity
        self.name = section.name
        self.needed = section.needed
        self.range = object.range
        self.never = NeverPatched(library: section.name ?? object.path) ?? NeverPatched(library: object.path)
    }

    /// The last part of its path, or its own name.
    var shortName: String {
        guard !self.identity.path.isEmpty else { return "the program" }
        return PackageAdvice.lastComponent(self.identity.path)
    }

    /// Whether this is what another object means by a name in its list of needs.
    func isNamed(_ needed: String) -> Bool {
        needed == self.name || needed == self.identity.path || needed == self.shortName
    }
}

/// Everything that is loaded, at one moment.
struct LoadedLibraries {
    let all: [LoadedLibrary]
    /// How many were unloaded before that moment.
    let unloaded: UInt64

    /// Looks at the process.
    static func now() -> LoadedLibraries {
        var all: [LoadedLibrary] = []
        let unloaded = LoadedObject.visitAll { all.append(LoadedLibrary($0)) }
        return LoadedLibraries(all: all, unloaded: unloaded)
    }

    /// The library that has this address.
    func owner(of address: UInt64) -> LoadedLibrary? {
        self.all.first { $0.range.contains(address) }
    }

    /// Those of these libraries, and of all that they need, that may be patched.
    ///
    /// The roots are patched whatever they are called: they are the app.
    func closure(of roots: Set<LoadedObject.Identity>) -> Set<LoadedObject.Identity> {
        var found: Set<LoadedObject.Identity> = []
        var names: Set<String> = []
        var queue = self.all.filter { roots.contains($0.identity) }
        found.formUnion(queue.map(\.identity))
        while let library = queue.popLast() {
            for name in library.needed where names.insert(name).inserted {
                guard let next = self.all.first(where: { $0.isNamed(name) }), next.never == nil,
                    found.insert(next.identity).inserted
                else { continue }
                queue.append(next)
            }
        }
        return found
    }
}
