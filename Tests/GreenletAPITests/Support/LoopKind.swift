// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CGreenlet
import Glibc
import Greenlets
import LibeventProviders
import Testing
import TornadoCore

/// The loops that everything is tried on.
enum LoopKind: String, CaseIterable, Codable, CustomTestStringConvertible, Sendable {
    case builtIn
    case libevent

    var testDescription: String { self.rawValue }

    /// The app's own table, before anything replaces it.
    private nonisolated(unsafe) static let builtInTable = Registry.ioloop

    /// The table of what suspends and resumes.
    static var suspend: UnsafePointer<gt_suspend> { GreenletRuntime.table }

    private var table: UnsafePointer<gt_ioloop> {
        switch self {
        case .builtIn: Self.builtInTable
        case .libevent: LibeventLoop.table
        }
    }

    /// Runs `body` as the main greenlet of a thread with a hub of its own, and checks that it leaves no greenlet.
    ///
    /// - Parameters:
    ///   - leavesGreenlets: Whether some may wait for ever when it returns.
    ///   - body: The test; fails by what it throws and by its stage's checks.
    /// - Throws: What `body` throws.
    func run(leavesGreenlets: Bool = false, _ body: @escaping (Stage) throws -> Void) throws {
        let table = GreenletRuntime.watched(self.table)
        Registry.register(.ioloop, table: table, by: "test")
        Registry.register(.suspend, table: GreenletRuntime.table, by: "test")
        let stage = Stage()
        try stage.perform {
            try GreenletRuntime.open(on: self.table)
            try body(stage)
            if leavesGreenlets { return }
            stage.letGreenletsEnd()
            var counts = gt_hub_counts()
            gt_hub_count(&counts)
            stage.expect(counts.live, equals: 0, "greenlets left:\n\(RunInfo.text())")
            let code = gt_hub_close()
            stage.expect(code, equals: 0, "the hub cannot be closed")
            try IOLoop.current.close()
        }
    }
}
