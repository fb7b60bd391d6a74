// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGreenlet
import Glibc
import Testing
import TornadoCore

/// A thread that a test runs on, and what failed there: expectations know their test only on the test's own thread.
///
/// - Note: The unchecked conformance is sound because the test's thread looks only when the other has ended.
final class Stage: @unchecked Sendable {
    private var failures: [(text: String, location: SourceLocation)] = []
    private var work: (() throws -> Void)?
    private var error: (any Error)?

    /// Notes a failure unless the condition holds.
    func expect(
        _ condition: Bool,
        _ comment: @autoclosure () -> String = "",
        _ location: SourceLocation = #_sourceLocation
    ) {
        if !condition { self.failures.append(("does not hold. \(comment())", location)) }
    }

    /// Notes a failure unless both are equal.
    func expect<Value: Equatable>(
        _ value: Value,
        equals expected: Value,
        _ comment: @autoclosure () -> String = "",
        _ location: SourceLocation = #_sourceLocation
    ) {
        if value != expected { self.failures.append(("\(value) is not \(expected). \(comment())", location)) }
    }

    /// Notes a failure unless `body` throws an error of that kind; returns it.
    @discardableResult
    func expect<Failure: Error>(
        throws kind: Failure.Type,
        _ location: SourceLocation = #_sourceLocation,
        _ body: () throws -> Void
    ) -> Failure? {
        do {
            try body()
            self.failures.append(("did not throw a \(kind)", location))
        } catch let error as Failure {
            return error
        } catch {
            self.failures.append(("threw \(error), no \(kind)", location))
        }
        return nil
    }

    /// Runs turns of the loop until no greenlet is left, some time at most.
    func letGreenletsEnd() {
        var counts = gt_hub_counts()
        for _ in 0..<2000 {
            gt_hub_count(&counts)
            if counts.live == 0 { break }
            try? Greenlet.sleep(0.001)
        }
        // The hub's own callback.
        try? Greenlet.yield()
        try? Greenlet.yield()
    }

    /// Runs `work` on a new thread and waits for it; failures become the test's.
    func perform(_ work: @escaping () throws -> Void) throws {
        self.work = work
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 8 << 20)
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Stage>.fromOpaque(context).takeUnretainedValue().run()
                return nil
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        try #require(code == 0)
        pthread_join(thread, nil)
        for failure in self.failures { Issue.record("\(failure.text)", sourceLocation: failure.location) }
        if let error = self.error { throw error }
    }

    private func run() {
        do { try self.work?() } catch { self.error = error }
        self.work = nil
    }
}

/// An error that tests throw.
struct Oops: Error, Equatable {
    var word = "oops"
}

/// Counts objects, to see that they are freed.
final class Counted {
    nonisolated(unsafe) static var alive = 0

    init() { Self.alive += 1 }

    deinit { Self.alive -= 1 }
}
