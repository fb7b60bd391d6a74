// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import Foundation

/// Where the things that tests drive are: each can be moved by a variable of the environment.
public enum Place {
    /// A thing that must be built before the tests run, and is not there.
    public struct Missing: Error, CustomStringConvertible {
        /// What is missing, and how to get it.
        public let description: String
    }

    /// The repository, found from this file.
    public static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The gtornado executable: `GTORNADO_TEST_BINARY`, or the debug build.
    public static func gtornado() throws -> String {
        try self.existing("GTORNADO_TEST_BINARY", ".build/debug/gtornado", "swift build --product gtornado")
    }

    /// A file among the built test fixtures: `GTORNADO_TEST_FIXTURES` is their folder, or the debug build.
    public static func fixture(_ name: String) throws -> String {
        try self.built("GTORNADO_TEST_FIXTURES", "Tests/Fixtures", name)
    }

    /// A file among the built examples: `GTORNADO_TEST_EXAMPLES` is their folder, or the debug build.
    public static func example(_ name: String) throws -> String {
        try self.built("GTORNADO_TEST_EXAMPLES", "Examples", name)
    }

    private static func built(_ variable: String, _ package: String, _ name: String) throws -> String {
        if let folder = ProcessInfo.processInfo.environment[variable] {
            return try self.checked("\(folder)/\(name)", "build \(package) there")
        }
        let path = self.repository.appending(path: "\(package)/.build/debug/\(name)").path
        return try self.checked(path, "swift build --package-path \(package)")
    }

    private static func existing(_ variable: String, _ path: String, _ advice: String) throws -> String {
        let given = ProcessInfo.processInfo.environment[variable]
        return try self.checked(given ?? self.repository.appending(path: path).path, advice)
    }

    private static func checked(_ path: String, _ advice: String) throws -> String {
        guard FileManager.default.fileExists(atPath: path) else {
            throw Missing(description: "\(path) is not there: \(advice)")
        }
        return path
    }

    /// The full path of a program in PATH, or nil: what a test needs and may have to do without.
    public static func program(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
        return folders.split(separator: ":").map { "\($0)/\(name)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }
}
