// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension Greenlet {
    /// Waits for its end, whatever that is.
    ///
    /// ```swift
    /// if !(try worker.join(timeout: 5)) { print("still at it") }
    /// ```
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it has ended.
    /// - Throws: Why the caller cannot wait, or what was thrown into it; never what the greenlet itself threw.
    @discardableResult
    public final func join(timeout: Double? = nil) throws -> Bool {
        try self.waitForEnd(timeout, "Greenlet.join")
    }

    /// Suspends the task, which must be on this thread, until its end, whatever that is.
    ///
    /// ```swift
    /// let inTime = try await worker.join(timeout: 5)
    /// ```
    ///
    /// - Parameter timeout: The most to wait, in seconds; null is for ever.
    /// - Returns: Whether it has ended.
    /// - Throws: `CancellationError` if the task is cancelled, which leaves the greenlet alone; ``GreenletError`` if it was
    ///   not spawned by this app.
    @discardableResult
    nonisolated(nonsending) public final func join(timeout: Double? = nil) async throws -> Bool {
        try await self.waitForEnd(timeout, "Greenlet.join")
    }

    /// Waits for the ends of all of them.
    ///
    /// - Parameters:
    ///   - greenlets: Those to wait for.
    ///   - timeout: The most to wait for all, in seconds; null is for ever.
    ///   - raiseError: Whether to throw what the first of them to fail has thrown.
    /// - Returns: Those that have ended.
    /// - Throws: Why the caller cannot wait, or what was thrown into it; with `raiseError`, a greenlet's error.
    @discardableResult
    public static func joinAll<Some: Greenlet>(
        _ greenlets: some Sequence<Some>,
        timeout: Double? = nil,
        raiseError: Bool = false
    ) throws -> [Some] {
        let all = Array(greenlets)
        let ends = Self.iwait(all, timeout: timeout)
        while let ended = try ends.next() {
            if raiseError, let error = ended.exception { throw error }
        }
        return all.filter { $0.ready }
    }

    /// The greenlets in the order in which they end.
    ///
    /// ```swift
    /// let ends = Greenlet.iwait([first, second])
    /// while let ended = try ends.next() { print("\(ended.name) has ended") }
    /// ```
    ///
    /// - Parameters:
    ///   - greenlets: Those to wait for.
    ///   - timeout: The most to wait for all, in seconds from now; null is for ever.
    /// - Returns: What gives them, one by one, and null at the end or when the time is over.
    public static func iwait<Some: Greenlet>(
        _ greenlets: some Sequence<Some>,
        timeout: Double? = nil
    ) -> GreenletEnds<Some> {
        GreenletEnds(Array(greenlets), timeout)
    }

    /// Waits for its end, and says whether it came in time.
    final func waitForEnd(_ timeout: Double?, _ why: StaticString) throws -> Bool {
        self.thread.check(why)
        if self.hasEnded { return true }
        try self.checkJoinable(why)
        let waiter = Waiter()
        let extras = self.more
        extras.waiters.append(waiter)
        defer { extras.waiters.remove(waiter) }
        return try waiter.wait(until: Parking.deadline(timeout), why)
    }

    /// The same in a task.
    nonisolated(nonsending) final func waitForEnd(_ timeout: Double?, _ why: StaticString) async throws -> Bool {
        self.thread.check(why)
        if self.hasEnded { return true }
        try self.checkJoinable(why)
        let waiter = Waiter(ofTask: true)
        let extras = self.more
        extras.waiters.append(waiter)
        defer { extras.waiters.remove(waiter) }
        return try await waiter.wait(timeout)
    }

    private func checkJoinable(_ why: StaticString) throws {
        guard self.kind != .spawned else { return }
        throw GreenletError(
            .notSpawnedHere,
            "\(why) cannot wait for '\(self.name)', which was not spawned by this app's Greenlet.spawn: let it set an Event "
                + "or an AsyncResult, and wait for that"
        )
    }
}

/// Greenlets in the order in which they end: what ``Greenlet/iwait(_:timeout:)`` returns.
public final class GreenletEnds<Some: Greenlet> {
    private let deadline: Double
    private let ended = SimpleQueue<Some>()
    private var left: Int
    /// What is to be taken back from those that have not ended when nobody asks any more.
    private var endings: [(Some, GreenletEnding)] = []

    init(_ greenlets: [Some], _ timeout: Double?) {
        self.deadline = Parking.deadline(timeout)
        self.left = greenlets.count
        let ended = self.ended
        for greenlet in greenlets {
            // Neither keeps the other alive.
            let ending = greenlet.onEnd { [weak ended, unowned greenlet] in ended?.add(greenlet) }
            if let ending { self.endings.append((greenlet, ending)) }
        }
    }

    deinit {
        // On another thread nothing is touched; what is left behind does nothing.
        for (greenlet, ending) in self.endings where greenlet.thread.isCurrent { greenlet.dropEnding(ending) }
    }

    /// Waits for the next one to end.
    ///
    /// - Returns: It; null if there is none left, or the time is over.
    /// - Throws: Why the caller cannot wait, or what was thrown into it.
    public func next() throws -> Some? {
        guard self.left > 0 else { return nil }
        guard let next = try self.ended.take(until: self.deadline, "Greenlet.iwait") else { return nil }
        self.left -= 1
        return next
    }
}
