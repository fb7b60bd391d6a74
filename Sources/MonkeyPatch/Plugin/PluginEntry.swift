// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Decides whether a library has the function that a plugin exports.
enum PluginEntry {
    private static let name = PluginFile.entryName

    static func check(_ elf: ELFFile, path: String) throws(MonkeyError) {
        guard !elf.exports(Self.name) else { return }
        let inside = elf.definitions(in: .full) { $0 == Self.name }
        let similar = Self.similar(elf)
        throw MonkeyError(
            .notAPlugin,
            "no plugin entry in \(path)",
            because: Self.reason(isHidden: !inside.isEmpty, similar),
            remedies: Self.remedies(isHidden: !inside.isEmpty, similar)
        )
    }

    /// What it exports instead that looks alike.
    private static func similar(_ elf: ELFFile) -> [String] {
        let names = elf.definitions(in: .dynamic) { name in
            name != "gtornado_registry_v1" && (Self.isAlike(name) || Self.isMangledEntry(name))
        }
        return Array(names.sorted().prefix(5))
    }

    private static func isAlike(_ name: String) -> Bool {
        guard !name.hasPrefix("$s"), abs(name.utf8.count - Self.name.utf8.count) <= 8 else { return false }
        return name.lowercased().contains("gtornado") || Suggestion.distance(from: name, to: Self.name) <= 5
    }

    /// A Swift function of the right name, but without `@c`.
    private static func isMangledEntry(_ name: String) -> Bool {
        name.hasPrefix("$s") && name.contains(Self.name) && name.hasSuffix("F")
    }

    private static func reason(isHidden: Bool, _ similar: [String]) -> String {
        if isHidden { return "\(Self.name)() is in it, but hidden: the library does not export it" }
        guard !similar.isEmpty else { return "the library exports no \(Self.name)()" }
        let names = similar.map { Demangler.readable($0) }.joined(separator: ", ")
        return "the library exports no \(Self.name)(); it has \(names)"
    }

    private static func remedies(isHidden: Bool, _ similar: [String]) -> [String] {
        if isHidden {
            return ["in C, define it as gtornado.h declares it, without `static` or visibility(\"hidden\")"]
        }
        if similar.contains(where: Self.isMangledEntry) {
            return ["write `@c @implementation public` before `func \(Self.name)()`"]
        }
        return [
            "in Swift: `@c @implementation public func \(Self.name)() -> GTornadoPlugin "
                + "{ .app(\"name\", main: serve) }`",
            "in C: define the `\(Self.name)` that gtornado.h declares",
        ]
    }
}
