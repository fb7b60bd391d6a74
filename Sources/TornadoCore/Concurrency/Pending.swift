// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// Something that was begun and will call back, for who may want to take it back.
///
/// Nobody need keep it.
public final class Pending {
    private var undo: (() -> Void)?

    /// For resolvers of one's own: `undo` is what ``cancel()`` does, once.
    public init(_ undo: @escaping () -> Void) {
        self.undo = undo
    }

    /// Takes it back: there will be no call, and what it held is closed.
    ///
    /// Nothing happens if it is over. On the loop's thread only.
    public func cancel() {
        let undo = self.undo
        self.undo = nil
        undo?()
    }
}

/// The `async` and the blocking form of what begins with a callback.
package enum ThreeForms {
    package typealias Answer<Value> = Result<Value, any Error>

    /// Suspends the greenlet until what it begins has called back; outside of greenlets, while the loop does not run, runs the
    /// loop until then.
    ///
    /// - Parameters:
    ///   - why: What it waits for, for run info and errors.
    ///   - begin: Given the callback, which must be called once at most, on this thread.
    /// - Returns: What the callback is given.
    /// - Throws: What the callback is given; why the caller cannot wait, or what was thrown into it, which cancels.
    package static func blocking<Value>(
        _ why: StaticString,
        _ begin: (@escaping (Answer<Value>) -> Void) -> Pending
    ) throws -> Value {
        if Self.canRunLoop { return try Self.runLoop(why, begin) }
        _ = try Parking.running(why)
        try Parking.checkInterruption()
        let waiter = ItemWaiter<Answer<Value>>()
        let pending = begin { answer in
            waiter.item = answer
            waiter.wake()
        }
        do {
            while try !waiter.wait(until: .infinity, why) {}
        } catch {
            pending.cancel()
            throw error
        }
        return try waiter.take().get()
    }

    /// Suspends the task, which must be on the loop's thread, until what it begins has called back.
    ///
    /// - Parameters:
    ///   - discard: Given what came when the task was cancelled already.
    ///   - begin: Given the callback, which must be called once at most, on this thread.
    /// - Returns: What the callback is given.
    /// - Throws: What the callback is given; `CancellationError` if the task is cancelled, which cancels what was begun.
    nonisolated(nonsending) package static func awaiting<Value>(
        orElse discard: (Value) -> Void = { _ in },
        _ begin: (@escaping (Answer<Value>) -> Void) -> Pending
    ) async throws -> Value {
        try Task.checkCancellation()
        let waiter = ItemWaiter<Answer<Value>>(ofTask: true)
        let pending = begin { answer in
            waiter.item = answer
            waiter.wake()
        }
        do {
            _ = try await waiter.wait(nil)
        } catch {
            pending.cancel()
            if case .success(let value) = waiter.item { discard(value) }
            throw error
        }
        return try waiter.take().get()
    }

    private static var canRunLoop: Bool {
        guard GreenletEngine.table?.pointee.current() == nil else { return false }
        return withUnsafeCurrentTask { $0 == nil } && !IOLoop.current.isRunning
    }

    private static func runLoop<Value>(
        _ why: StaticString,
        _ begin: (@escaping (Answer<Value>) -> Void) -> Pending
    ) throws -> Value {
        let loop = IOLoop.current
        var answer: Answer<Value>?
        let pending = begin { answer = $0 }
        while true {
            if let answer { return try answer.get() }
            // Turns and not start(): a stop() that somebody asks for meanwhile is meant for the app's own start.
            let code = loop.table.pointee.run_once(loop.handle, .infinity)
            guard code < 0 else { continue }
            pending.cancel()
            throw IOLoopError.system(code, "\(why) cannot run the event loop")
        }
    }
}
