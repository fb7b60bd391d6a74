// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// The blocking calls of a plugin and of the libraries that it needs, read from their files without loading any.
///
/// ```swift
/// let calls = PluginCalls(of: try PluginFile.inspect("./libapp.so"))
/// for library in calls.libraries { print(library.name, library.calls.map(\.name)) }
/// ```
public struct PluginCalls: Sendable {
    /// One of libc's calls that would be rewritten.
    public struct Call: Sendable, Equatable {
        /// The function's name.
        public let name: String
        /// The group it belongs to.
        public let family: LibcFamily
    }

    /// A blocking call that would go on blocking.
    public struct EscapingCall: Sendable, Equatable {
        /// The function's name.
        public let name: String
        /// What it escapes by.
        public let escape: Escape
    }

    /// What would become of a library.
    public enum Treatment: Sendable, Equatable {
        /// Its calls would be rewritten.
        case patched
        /// They would not be, for what the library is: "the C library".
        case never(String)
        /// It is nowhere: the plugin cannot be loaded.
        case missing
    }

    /// One of the libraries.
    public struct Library: Sendable, Equatable {
        /// As others need it; the plugin's is that of its file.
        public let name: String
        /// Where it is; null if it is missing.
        public let path: String?
        /// The first library that needs it; null for the plugin.
        public let neededBy: String?
        /// What would become of it.
        public let treatment: Treatment
        /// Calls that would be rewritten, in alphabetical order.
        public internal(set) var calls: [Call] = []
        /// Blocking calls that would escape, in alphabetical order.
        public internal(set) var escaping: [EscapingCall] = []
        /// What else is worth knowing, a sentence each.
        public internal(set) var notes: [String] = []
    }

    /// The plugin, and what it needs, in the order that the linker loads it.
    public let libraries: [Library]

    /// Reads the plugin's file and those of all that it needs.
    public init(of plugin: PluginFile) {
        self.init(path: plugin.absolutePath, search: LibrarySearch())
    }

    init(path: String, search: LibrarySearch) {
        var walk = Walk(search: search)
        if let bytes = try? PluginPath.open(path), let file = try? ELFFile(bytes) { walk.begin(file, path) }
        self.libraries = walk.libraries
    }
}

/// One walk through the libraries, breadth first, as the dynamic linker goes.
private struct Walk {
    private struct Waiting {
        var name: String
        var chain: [LibrarySearch.Requester]
    }

    let search: LibrarySearch
    private(set) var libraries: [PluginCalls.Library] = []
    private var names: Set<String> = []
    private var waiting: [Waiting] = []

    init(search: LibrarySearch) {
        self.search = search
    }

    mutating func begin(_ file: ELFFile, _ path: String) {
        self.add(file, path, as: PackageAdvice.lastComponent(path), never: nil, [])
        var next = 0
        while next < self.waiting.count {
            self.visit(self.waiting[next])
            next += 1
        }
    }

    private mutating func visit(_ one: Waiting) {
        guard self.names.insert(one.name).inserted else { return }
        if let (path, file) = self.search.find(one.name, for: one.chain) {
            self.add(file, path, as: one.name, never: NeverPatched(library: one.name), one.chain)
        } else {
            self.libraries.append(
                PluginCalls.Library(
                    name: one.name,
                    path: nil,
                    neededBy: one.chain.first.map { PackageAdvice.lastComponent($0.path) },
                    treatment: .missing
                )
            )
        }
    }

    private mutating func add(
        _ file: ELFFile,
        _ path: String,
        as name: String,
        never: NeverPatched?,
        _ chain: [LibrarySearch.Requester]
    ) {
        var library = PluginCalls.Library(
            name: name,
            path: path,
            neededBy: chain.first.map { PackageAdvice.lastComponent($0.path) },
            treatment: never.map { .never($0.rawValue) } ?? .patched
        )
        let section = (try? file.dynamicSection()) ?? DynamicSection()
        if never == nil { library.read(file, section) }
        self.libraries.append(library)
        let requester = LibrarySearch.Requester(path: path, section: section)
        // What the C library itself needs is a part of it.
        guard never != .cLibrary else { return }
        self.waiting += section.needed.map { Waiting(name: $0, chain: [requester] + chain) }
    }
}

extension PluginCalls.Library {
    fileprivate mutating func read(_ file: ELFFile, _ section: DynamicSection) {
        let slots = (try? file.dynamicTable())??.importSlots(of: file, machine: file.machine) { name in
            LibcFamily.family(of: name) != nil || Escape.of(name) != nil
        }
        let names = Set((slots ?? []).filter { !$0.isDefined }.map(\.name)).sorted()
        for name in names {
            if let escape = Escape.of(name) {
                self.escaping.append(PluginCalls.EscapingCall(name: name, escape: escape))
            } else if let family = LibcFamily.family(of: name) {
                self.calls.append(PluginCalls.Call(name: name, family: family))
            }
        }
        if file.section(named: ".note.go.buildid") != nil {
            self.notes.append("it is written in Go, whose runtime makes system calls itself, on threads of its own")
        } else if !section.needed.contains(where: { NeverPatched(library: $0) == .cLibrary }), names.isEmpty {
            self.notes.append("it imports no C library: calls of one that is linked into it would escape")
        }
        if self.calls.contains(where: { $0.family == .loader }) {
            self.notes.append("it can load further libraries, which are patched when it does")
        }
    }
}
