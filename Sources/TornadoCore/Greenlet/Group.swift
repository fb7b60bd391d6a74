// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// Greenlets that are waited for, and killed, together.
///
/// ```swift
/// let group = Group()
/// for url in urls { try group.spawn { try fetch(url) } }
/// try group.join()
/// ```
///
/// A greenlet leaves when it has ended. A group belongs to the thread that makes it.
///
/// - Note: The unchecked conformance is sound because every call checks its thread.
public class Group: @unchecked Sendable {
    private let thread = LoopThread()
    private var members: [ObjectIdentifier: Greenlet] = [:]
    /// Those that spawn others for `imap`.
    private var feeders: [ObjectIdentifier: Greenlet] = [:]
    private let emptied = Event()

    /// An empty group.
    public init() {
        self.emptied.set()
    }

    /// How many greenlets are in it.
    public final var count: Int {
        self.thread.check("Group.count")
        return self.members.count
    }

    /// The greenlets in it, in no order.
    public final var greenlets: [Greenlet] {
        self.thread.check("Group.greenlets")
        return Array(self.members.values)
    }

    /// Whether a greenlet is in it.
    public final func contains(_ greenlet: Greenlet) -> Bool {
        self.thread.check("Group.contains")
        return self.members[ObjectIdentifier(greenlet)] != nil
    }

    /// Whether ``spawn(name:fileID:line:_:)`` would have to wait; never in a plain group.
    public var full: Bool { false }

    /// Suspends the greenlet until ``spawn(name:fileID:line:_:)`` would not have to wait.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether there is room; false if the time is over.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    @discardableResult
    public func waitAvailable(timeout: Double? = nil) throws -> Bool { true }

    /// Takes a greenlet in that was spawned elsewhere.
    ///
    /// - Throws: In a ``Pool`` that is full, why the caller cannot wait for room, or what was thrown into it meanwhile.
    public func add(_ greenlet: Greenlet) throws {
        self.enter(greenlet)
    }

    /// Lets a greenlet go, which runs on.
    public func discard(_ greenlet: Greenlet) {
        self.leave(greenlet)
    }

    /// Runs `body` in a new greenlet of the group; in a ``Pool`` that is full, waits for room first.
    ///
    /// - Parameters:
    ///   - name: For logs and run info; null is the place of the call.
    ///   - fileID: Where it is spawned; leave it alone.
    ///   - line: Where it is spawned; leave it alone.
    ///   - body: What it does.
    /// - Returns: The greenlet.
    /// - Throws: Why the caller cannot wait for room, or what was thrown into it meanwhile.
    @discardableResult
    public func spawn<Value>(
        name: String? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ body: @escaping () throws -> Value
    ) throws -> GreenletOf<Value> {
        self.thread.check("Group.spawn")
        _ = try GreenletEngine.required("Group.spawn")
        let greenlet = GreenletOf(name: name, fileID: fileID, line: line, body)
        try self.add(greenlet)
        greenlet.start()
        return greenlet
    }

    /// Suspends the greenlet until the group is empty.
    ///
    /// - Parameters:
    ///   - timeout: The most to wait, in seconds; null is for ever.
    ///   - raiseError: Whether to throw what one of those has thrown that are in it now.
    /// - Returns: Whether it is empty; false if the time is over.
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile; with `raiseError`, a greenlet's error.
    @discardableResult
    public final func join(timeout: Double? = nil, raiseError: Bool = false) throws -> Bool {
        let present = raiseError ? self.greenlets : []
        let isEmpty = try self.emptied.wait(timeout: timeout)
        for greenlet in present {
            if let error = greenlet.exception { throw error }
        }
        return isEmpty
    }

    /// Suspends the task, which must be on this thread, until the group is empty.
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it is empty; false if the time is over.
    /// - Throws: `CancellationError` if the task is cancelled.
    @discardableResult
    nonisolated(nonsending) public final func join(timeout: Double? = nil) async throws -> Bool {
        try await self.emptied.wait(timeout: timeout)
    }

    /// Kills all greenlets in it and, if it waits for their ends, those that come in meanwhile.
    ///
    /// A member that calls this is killed last, which throws at once.
    ///
    /// - Parameters:
    ///   - error: What they end with.
    ///   - block: Whether to wait until the group is empty; a callback of the loop, and a task, never wait.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Throws: What was thrown into the caller while it waited; `error` if the caller is in the group.
    public final func kill(
        _ error: any Error = GreenletExit(),
        block: Bool = true,
        timeout: Double? = nil
    ) throws {
        self.thread.check("Group.kill")
        let deadline = Parking.deadline(timeout)
        repeat {
            let feeders = Array(self.feeders.values)
            // Before the members, whose room they would take.
            try Greenlet.killAll(feeders, block: false)
            let rest = timeout.map { _ in max(deadline - MonotonicClock.now, 0) }
            try Greenlet.killAll(self.greenlets + feeders, error, block: block, timeout: rest)
        } while block && Parking.canWait && self.isBusy && MonotonicClock.now < deadline
    }

    private var isBusy: Bool { !self.members.isEmpty || !self.feeders.isEmpty }

    /// Kills one greenlet, if it is in the group.
    ///
    /// - Parameters:
    ///   - greenlet: Which one.
    ///   - error: What it ends with.
    ///   - block: Whether to wait for its end.
    ///   - timeout: The most to wait, in seconds; null is for ever.
    /// - Throws: What was thrown into the caller while it waited.
    public final func killOne(
        _ greenlet: Greenlet,
        _ error: any Error = GreenletExit(),
        block: Bool = true,
        timeout: Double? = nil
    ) throws {
        if self.contains(greenlet) { try greenlet.kill(error, block: block, timeout: timeout) }
    }

    // MARK: For pools and maps

    final func enter(_ greenlet: Greenlet) {
        self.thread.check("Group.add")
        guard !greenlet.ready else { return }
        self.members[ObjectIdentifier(greenlet)] = greenlet
        self.emptied.clear()
        greenlet.onEnd { [weak self, unowned greenlet] in self?.discard(greenlet) }
    }

    /// Takes a greenlet out, and says whether it was in.
    @discardableResult
    final func leave(_ greenlet: Greenlet) -> Bool {
        self.thread.check("Group.discard")
        guard self.members.removeValue(forKey: ObjectIdentifier(greenlet)) != nil else { return false }
        if self.members.isEmpty { self.emptied.set() }
        return true
    }

    final func add(feeder: Greenlet) {
        self.feeders[ObjectIdentifier(feeder)] = feeder
        feeder.onEnd { [weak self, unowned feeder] in self?.feeders[ObjectIdentifier(feeder)] = nil }
    }
}
