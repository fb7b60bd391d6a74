// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import Synchronization
import TestKit
import Testing

/// Plugins made from `Fixtures/plugin.c`, or another file there, with one macro or another, each compiled once.
enum Fixture {
    private static let made = Mutex<[String: String]>([:])

    /// The folder that holds them, which goes away when the tests end.
    static let folder: String = {
        let path = "/tmp/gtornado-fixtures-\(getpid())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: "/tmp/gtornado-fixtures-\(getpid())") }
        return path
    }()

    /// The path of `lib<name>.so`, made of a file of `Fixtures/` with these arguments to the compiler.
    static func plugin(
        _ name: String = "fixture",
        _ arguments: [String] = [],
        source: String = "plugin.c"
    ) throws -> String {
        try self.made.withLock { made in
            let path = "\(self.folder)/lib\(name).so"
            if made[name] == arguments.joined(separator: " ") { return path }
            try #require(made[name] == nil, "two plugins named \(name)")
            try self.compile(source, arguments, to: path)
            made[name] = arguments.joined(separator: " ")
            return path
        }
    }

    private static func compile(_ source: String, _ arguments: [String], to path: String) throws {
        let source = Place.fixtures.appending(path: source).path
        let headers = Place.repository.appending(path: "Sources/CGTornado/include").path
        let result = try Tool.run(
            ["-shared", "-fPIC", "-O1", "-I", headers, source, "-o", path] + arguments,
            executable: "cc"
        )
        try #require(result.end == .exited(0), "cc: \(result.errors)")
    }

    /// A copy of the usual plugin with some of its bytes changed.
    static func changed(_ name: String, _ change: (inout [UInt8]) -> Void) throws -> String {
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: try self.plugin())))
        change(&bytes)
        return try self.file("lib\(name).so", bytes)
    }

    /// A file of these bytes.
    static func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = "\(self.folder)/\(name)"
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }
}
