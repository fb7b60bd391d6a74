// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Where the dynamic linker finds a library, by its own rules, without loading any.
struct LibrarySearch {
    /// A library that needs others.
    struct Requester {
        var path: String
        var section: DynamicSection
    }

    private let loaded: [String: String]
    private let environment: [String]
    private let cache: LinkerCache

    /// A search in this process's environment.
    init(environment: String? = nil, cache: LinkerCache = LinkerCache()) {
        let value = environment ?? getenv("LD_LIBRARY_PATH").map { String(cString: $0) } ?? ""
        self.environment = value.split { $0 == ":" || $0 == ";" }.map(String.init)
        self.cache = cache
        // What this process has loaded already is taken, wherever it came from.
        var loaded: [String: String] = [:]
        for library in LoadedLibraries.now().all {
            if let name = library.name { loaded[name] = library.identity.path }
        }
        self.loaded = loaded
    }

    /// The file that a name stands for, opened; null if there is none.
    ///
    /// - Parameters:
    ///   - name: As in the list of needs.
    ///   - chain: Who needs it, who needs that one, and so on up to the plugin.
    /// - Returns: The first library of that name that is for this CPU.
    func find(_ name: String, for chain: [Requester]) -> (path: String, file: ELFFile)? {
        guard let requester = chain.first else { return nil }
        if name.contains("/") { return Self.library(at: Self.expand(name, requester.path)) }
        if let path = self.loaded[name], let found = Self.library(at: path) { return found }
        for folder in self.folders(for: chain) {
            if let found = Self.library(at: folder + "/" + name) { return found }
        }
        for path in self.cache.files(named: name) + Self.systemFolders.map({ $0 + "/" + name }) {
            if let found = Self.library(at: path) { return found }
        }
        return nil
    }

    /// The folders that come before the system's: RPATH of all, unless the first has a RUNPATH, and the environment's.
    private func folders(for chain: [Requester]) -> [String] {
        guard let requester = chain.first else { return [] }
        let runpath = requester.section.runpath.map { Self.split($0, requester.path) }
        let rpaths = chain.filter { $0.section.runpath == nil }.flatMap { one in
            one.section.rpath.map { Self.split($0, one.path) } ?? []
        }
        return (runpath == nil ? rpaths : []) + self.environment + (runpath ?? [])
    }

    private static func split(_ list: String, _ path: String) -> [String] {
        list.split(separator: ":").map { Self.expand(String($0), path) }
    }

    private static func expand(_ text: String, _ path: String) -> String {
        var text = text
        let origin = PackageAdvice.directory(of: path)
        let words = [("ORIGIN", origin), ("LIB", "lib/" + Self.triplet), ("PLATFORM", Self.cpu)]
        for (word, value) in words {
            text = text.replacing("${\(word)}", with: value).replacing("$\(word)", with: value)
        }
        return text
    }

    #if arch(x86_64)
    private static let cpu = "x86_64"
    #else
    private static let cpu = "aarch64"
    #endif
    private static let triplet = Self.cpu + "-linux-gnu"
    private static let systemFolders = [
        "/lib/" + Self.triplet, "/usr/lib/" + Self.triplet, "/lib64", "/usr/lib64", "/lib", "/usr/lib",
    ]

    /// The library in a file; null if it is none for this CPU.
    private static func library(at path: String) -> (path: String, file: ELFFile)? {
        guard let bytes = try? PluginPath.open(path), let file = try? ELFFile(bytes), file.machine == .here,
            file.kind == .shared
        else { return nil }
        return (path, file)
    }
}
