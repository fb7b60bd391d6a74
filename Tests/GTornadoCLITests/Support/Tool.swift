// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit

/// gtornado, and the other programs that tests drive.
enum Tool {
    struct Result {
        var end: ChildProcess.End
        var output: String
        var errors: String
    }

    /// The program under test.
    static let gtornado = (try? Place.gtornado()) ?? "gtornado: build it first"

    /// Starts a program.
    static func start(
        _ arguments: [String],
        executable: String = Tool.gtornado,
        environment: [String: String] = [:],
        directory: String? = nil
    ) throws -> ChildProcess {
        let folder = directory.map { ["env", "-C", $0] } ?? []
        return try ChildProcess(folder + [executable] + arguments, environment: environment)
    }

    /// Runs a program to its end.
    static func run(
        _ arguments: [String],
        executable: String = Tool.gtornado,
        environment: [String: String] = [:],
        directory: String? = nil
    ) throws -> Result {
        let process = try self.start(
            arguments,
            executable: executable,
            environment: environment,
            directory: directory
        )
        let end = try process.wait()
        return Result(end: end, output: process.output, errors: process.errors)
    }

    /// Whether a program is installed.
    static func exists(_ name: String) -> Bool {
        Place.program(name) != nil
    }
}

extension Place {
    static let snapshots = Place.repository.appending(path: "Tests/GTornadoCLITests/Snapshots")
    static let fixtures = Place.repository.appending(path: "Tests/GTornadoCLITests/Fixtures")

    /// A new folder of its own.
    static func makeFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gtornado-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
