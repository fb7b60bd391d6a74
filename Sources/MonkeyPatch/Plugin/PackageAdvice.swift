// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// What to say to somebody who gave a package or a source file and not the library that is built from it.
enum PackageAdvice {
    /// Levels of folders below a package that are looked through for libraries.
    private static let depth = 3

    /// For a directory, with or without a package in it.
    static func error(forDirectory path: String) -> MonkeyError {
        guard Self.exists(path + "/Package.swift") else {
            let libraries = Self.libraries(in: path, depth: 1)
            let advice = libraries.map { "gtornado run \($0)" }
            return MonkeyError(
                .notAPlugin,
                "cannot load \(path)",
                because: "it is a directory, and not a plugin",
                remedies: advice.isEmpty ? ["give the path of a lib*.so"] : advice
            )
        }
        return MonkeyError(
            .notAPlugin,
            "cannot load \(path)",
            because: "it is a Swift package, and not the plugin built from it",
            remedies: Self.howToBuild(package: path)
        )
    }

    /// For a file that is there, but is no library: how to make one of it.
    static func forSource(_ path: String) -> [String] {
        if path.hasSuffix(".swift") {
            return Self.howToBuild(package: Self.package(above: path) ?? ".")
        }
        if path.hasSuffix(".c") {
            let name = Self.lastComponent(path).dropLast(2)
            return ["cc -shared -fPIC -o lib\(name).so \(path), then: gtornado run ./lib\(name).so"]
        }
        return []
    }

    /// For a path where nothing is.
    static func forMissing(_ path: String) -> [String] {
        let directory = Self.directory(of: path)
        let near = Suggestion.near(
            Self.lastComponent(path),
            in: Self.libraries(in: directory, depth: 0).map(Self.lastComponent)
        )
        if let name = near.first {
            return ["gtornado run \(directory == "." ? "./" : directory + "/")\(name)"]
        }
        let package = Self.exists("Package.swift") ? "." : Self.package(above: path)
        return package.map(Self.howToBuild) ?? ["check the path: ls -l \(directory)"]
    }

    private static func howToBuild(package: String) -> [String] {
        let prefix = package == "." ? "" : package + "/"
        let build = package == "." ? "swift build" : "swift build --package-path \(package)"
        let built = Self.libraries(in: package == "." ? ".build" : package + "/.build", depth: Self.depth)
        guard !built.isEmpty else {
            return [
                "build it: \(build) -c release, then: gtornado run \(prefix).build/release/lib<product>.so",
                "if that makes no library, give the package a product .library(name:, type: .dynamic, targets:)",
            ]
        }
        return built.prefix(4).map { "gtornado run \($0)" } + ["build it anew: \(build) -c release"]
    }

    /// The package that a file belongs to; null if it belongs to none.
    private static func package(above path: String) -> String? {
        var directory = Self.directory(of: path)
        for _ in 0..<8 {
            if Self.exists(directory + "/Package.swift") { return directory }
            guard directory != ".", directory != "/" else { return nil }
            directory = Self.directory(of: directory)
        }
        return nil
    }

    /// Shared libraries in a folder and so many levels below it, in order, each once: folders reached by a link
    /// (`release` is one) come first, and what they hold is not said again.
    private static func libraries(in directory: String, depth: Int) -> [String] {
        var folders: Set<String> = []
        return Self.libraries(in: directory, depth: depth, seen: &folders)
    }

    private static func libraries(in directory: String, depth: Int, seen: inout Set<String>) -> [String] {
        guard let real = Self.realPath(directory), seen.insert(real).inserted else { return [] }
        let entries = Self.entries(of: directory)
        var found =
            entries
            .filter { $0.hasPrefix("lib") && ($0.hasSuffix(".so") || $0.contains(".so.")) }
            .map { directory + "/" + $0 }
        guard depth > 0 else { return found }
        let folders = entries.filter { !$0.contains(".") && Self.isDirectory(directory + "/" + $0) }
        let links = folders.filter { Self.isLink(directory + "/" + $0) }.sorted(by: >)
        for name in links + folders.filter({ !links.contains($0) }) {
            found += Self.libraries(in: directory + "/" + name, depth: depth - 1, seen: &seen)
        }
        return found
    }

    private static func entries(of directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func lastComponent(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
