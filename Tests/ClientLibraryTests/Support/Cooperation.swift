// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// What an app must do that waits in a library: serve others meanwhile.
enum Cooperation {
    /// Sends requests of which each waits two seconds, and expects their answers together, and that of a plain page
    /// before them.
    ///
    /// One after another they would take two seconds each, and the plain page would come after the last: the bounds lie
    /// between that and what they should take, far enough from both for a loaded machine.
    static func check(
        _ app: ClientApp,
        _ targets: [String],
        location: SourceLocation = #_sourceLocation
    ) throws -> [Answer] {
        let start = Date()
        let waiting = try targets.map { try app.send($0) }
        usleep(300_000)
        let asked = Date()
        let plain = try app.get("/")
        let plainTook = Date().timeIntervalSince(asked)
        let answers = try waiting.map { try $0.answer() }
        let took = Date().timeIntervalSince(start)
        #expect(plain.status == 200, sourceLocation: location)
        #expect(plainTook < 1.2, "a plain page waited \(plainTook) s for others", sourceLocation: location)
        #expect(took > 1.8, "they did not wait: \(took) s", sourceLocation: location)
        #expect(took < Double(targets.count), "they waited for each other: \(took) s", sourceLocation: location)
        return answers
    }

    /// Expects that an app whose server has just gone says so to who waits and to who comes, and serves all others.
    static func checkLoss(
        _ app: ClientApp,
        waiting: ClientApp.Waiting,
        next target: String,
        status: Int = 503,
        location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try waiting.answer().status == status, "\(app.process.errors)", sourceLocation: location)
        #expect(try app.get(target).status == status, sourceLocation: location)
        #expect(try app.get("/").status == 200, sourceLocation: location)
        #expect(try app.stop() == .exited(0), "\(app.process.errors)", sourceLocation: location)
    }
}
