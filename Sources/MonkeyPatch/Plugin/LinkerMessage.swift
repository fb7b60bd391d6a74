// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What the dynamic linker says when it cannot load a plugin, taken apart.
struct LinkerMessage {
    enum Problem: Equatable {
        case missingLibrary(String)
        case missingSymbol(String, in: String)
        case missingVersion(String, of: String)
        case noSpace
        case other
    }

    let text: String
    let problem: Problem

    init(_ text: String) {
        self.text = text
        self.problem = Self.parse(text)
    }

    private static func parse(_ text: String) -> Problem {
        if let (library, _) = text.splitOnce(": cannot open shared object file: ") {
            return .missingLibrary(library)
        }
        if let (object, rest) = text.splitOnce(": undefined symbol: ") {
            // "name, version VERS_1" where the symbol has one.
            return .missingSymbol(rest.splitOnce(", version ")?.0 ?? rest, in: object)
        }
        if let (library, rest) = text.splitOnce(": version `"), let (version, _) = rest.splitOnce("' not found") {
            return .missingVersion(version, of: library)
        }
        for words in ["cannot allocate memory", "failed to map segment", "static TLS", "out of memory"]
        where text.splitOnce(words) != nil {
            return .noSpace
        }
        return .other
    }

    /// The message as an error about a plugin.
    func error(loading file: PluginFile) -> MonkeyError {
        let message = "cannot load \(file.path)"
        switch self.problem {
        case .missingLibrary(let library):
            return Self.missing(library, file)
        case .missingSymbol(let symbol, let object):
            let whose = object == file.absolutePath ? "it" : object
            return MonkeyError(
                .missingDependency,
                message,
                because: "\(whose) needs \(Demangler.readable(symbol)), which no library it was linked with has",
                try: "link the library that has it (target dependencies, linkerSettings, -l)",
                "if a library was updated since, build the plugin again"
            )
        case .missingVersion(let version, let library):
            return MonkeyError(
                .missingDependency,
                message,
                because: "it needs version \(version) of \(library), which is older here",
                try: "build the plugin on this system, or on one that is not newer"
            )
        case .noSpace:
            return MonkeyError(
                .system,
                message,
                because: self.text,
                try: "look at the memory limits of this process: ulimit -a"
            )
        case .other:
            return MonkeyError(.notAPlugin, message, because: self.text, try: "ldd -r \(file.path)")
        }
    }

    private static func missing(_ library: String, _ file: PluginFile) -> MonkeyError {
        let whose = file.needed.contains(library) ? "it needs" : "a library that it needs wants"
        let places = file.searchPath.map { "\($0), LD_LIBRARY_PATH and the system's folders" }
        let isBesideEnough = file.searchPath?.split(separator: ":").contains("$ORIGIN") == true
        return MonkeyError(
            .missingDependency,
            "cannot load \(file.path)",
            because: "\(whose) \(library), which is not in \(places ?? "LD_LIBRARY_PATH or the system's folders")",
            try: "install the package that has it" + (isBesideEnough ? ", or put it beside the plugin" : ""),
            "LD_LIBRARY_PATH=/folder/of/\(library) gtornado run \(file.path)"
        )
    }
}

extension String {
    /// What is before and behind the first `separator`; null where it does not occur.
    func splitOnce(_ separator: String) -> (String, String)? {
        let text = Array(self.utf8)
        let wanted = Array(separator.utf8)
        guard !wanted.isEmpty, text.count >= wanted.count else { return nil }
        for start in 0...(text.count - wanted.count) where text[start..<start + wanted.count] == wanted[...] {
            let before = String(decoding: text[..<start], as: UTF8.self)
            return (before, String(decoding: text[(start + wanted.count)...], as: UTF8.self))
        }
        return nil
    }
}
