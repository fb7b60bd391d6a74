// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CGreenlet
import Glibc
import Greenlets
import LibeventProviders
import Synchronization
import Testing

@testable import TornadoCore

/// The loops that greenlets are tried on.
enum LoopChoice: String, CaseIterable, Codable, Sendable {
    case builtin
    case libevent

    var table: UnsafePointer<gt_ioloop> {
        switch self {
        case .builtin: EpollLoop.table
        case .libevent: LibeventLoop.table
        }
    }
}

/// A thread with a loop and a hub of its own, on which one test runs as the main greenlet.
struct HubThread {
    let suspend = gt_greenlets
    let ioloop: gt_ioloop
    let loop: OpaquePointer

    /// Runs `body` on a new thread, and rethrows; every greenlet must have ended by then.
    static func run(_ choice: LoopChoice, _ body: @escaping @Sendable (HubThread) throws -> Void) throws {
        let task = ThreadTask(choice, body)
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 8 << 20)
        let context = Unmanaged.passRetained(task).toOpaque()
        let code = pthread_create(
            &thread,
            &attributes,
            { context in
                let task = Unmanaged<ThreadTask>.fromOpaque(context.unsafelyUnwrapped).takeRetainedValue()
                task.run()
                return nil
            },
            context
        )
        // At once: `body` may fork, and this thread must not be in Swift's runtime then, whose locks the child has as they are.
        if code == 0 { pthread_join(thread, nil) }
        try #require(code == 0)
        if let error = task.error.withLock({ $0 }) { throw error }
    }

    /// Seconds on the loop's clock.
    var now: Double { gt_now() }

    /// A greenlet that runs `body`.
    @discardableResult
    func spawn(_ name: String = "test", now: Bool = false, _ body: @escaping () -> Void) -> OpaquePointer? {
        let box = Unmanaged.passRetained(Box(body)).toOpaque()
        return self.suspend.spawn(
            { Unmanaged<Box>.fromOpaque($0.unsafelyUnwrapped).takeRetainedValue().body() },
            box,
            name,
            now ? UInt32(GT_SPAWN_NOW) : 0
        )
    }

    /// Queues a callback of the loop, which is no greenlet.
    func addCallback(_ body: @escaping () -> Void) {
        let box = Unmanaged.passRetained(Box(body)).toOpaque()
        _ = self.ioloop.add_callback(
            self.loop,
            { Unmanaged<Box>.fromOpaque($0.unsafelyUnwrapped).takeRetainedValue().body() },
            box
        )
    }

    /// Runs the loop until `stop`.
    func start() { _ = self.ioloop.start(self.loop) }
    func stop() { self.ioloop.stop(self.loop) }

    /// Waits in the main greenlet until no other is left, or ten seconds.
    func drain() {
        let end = self.now + 10
        while Self.counts.live > 0, self.now < end { _ = gt_wait_until(self.now + 0.002, "drain") }
    }

    static var counts: gt_hub_counts {
        var counts = gt_hub_counts()
        gt_hub_count(&counts)
        return counts
    }

    final class Box {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
}

/// What the new thread is given.
///
/// It is sent to one thread, and looked at again when that has ended.
private final class ThreadTask: Sendable {
    let choice: LoopChoice
    let body: @Sendable (HubThread) throws -> Void
    let error = Mutex<(any Error)?>(nil)

    init(_ choice: LoopChoice, _ body: @escaping @Sendable (HubThread) throws -> Void) {
        self.choice = choice
        self.body = body
    }

    func run() {
        do {
            try GreenletRuntime.open(on: self.choice.table)
            let watched = GreenletRuntime.watched(self.choice.table).pointee
            let thread = HubThread(ioloop: watched, loop: gt_hub_loop())
            try self.body(thread)
            thread.drain()
            let left = HubThread.counts.live
            if left > 0 { throw Leak(count: left) }
            gt_hub_close()
        } catch {
            self.error.withLock { $0 = error }
        }
    }
}

/// Greenlets that a test left behind.
struct Leak: Error {
    let count: Int
}

/// A value that a test's greenlets and callbacks share on their one thread.
///
/// Unchecked because that thread is the only one to touch it.
final class Shared<Value>: @unchecked Sendable {
    var value: Value
    init(_ value: Value) { self.value = value }
}
