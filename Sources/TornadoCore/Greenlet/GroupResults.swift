// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// Results that come one by one: what ``Group/imap(_:maxsize:fileID:line:_:)`` returns.
///
/// ```swift
/// let pages = pool.imap(urls, maxsize: 10) { try fetch($0) }
/// while let page = try pages.next() { print(page.count) }
/// ```
public final class GroupResults<Value> {
    private let feed: GroupFeed<Value>
    private let feeder: Greenlet

    init(_ feed: GroupFeed<Value>, _ feeder: Greenlet) {
        self.feed = feed
        self.feeder = feeder
    }

    deinit {
        // Nobody will make room any more. Not on another thread, where it cannot be touched.
        guard self.feed.isBounded, self.feeder.thread.isCurrent else { return }
        try? self.feeder.kill(block: false)
    }

    /// Waits for the next result.
    ///
    /// - Returns: It; null when there are no more.
    /// - Throws: What the transformation has thrown in its place, after which the next may be asked for; why the caller
    ///   cannot wait, or what was thrown into it meanwhile.
    public func next() throws -> Value? {
        try self.feed.next()
    }
}

/// What the greenlet that spawns for `imap` and the one that takes the results have in common.
final class GroupFeed<Value> {
    private let ready = SimpleQueue<GreenletOf<Value>?>()
    private let room: Semaphore?
    /// Those that were spawned and not taken yet.
    private var expected = 0
    private var isClosed = false
    private var failure: (any Error)?
    /// The next result, whose end is waited for: it stays if the wait is interrupted.
    private var current: GreenletOf<Value>?

    init(_ maxsize: Int?) {
        demand(maxsize.map { $0 > 0 } ?? true, "The maxsize of imap must be 1 or more: nothing would ever begin.")
        self.room = maxsize.map { Semaphore($0) }
    }

    /// Whether spawning waits for results to be taken.
    var isBounded: Bool { self.room != nil }

    func next() throws -> Value? {
        while !self.isClosed || self.expected > 0 {
            // Null: the end was reached, perhaps with results still to come.
            if self.current == nil { self.current = try self.ready.get() }
            if let greenlet = self.current { return try self.result(of: greenlet) }
        }
        if let failure = self.failure {
            self.failure = nil
            throw failure
        }
        return nil
    }

    private func result(of greenlet: GreenletOf<Value>) throws -> Value {
        try greenlet.join()
        self.current = nil
        self.expected -= 1
        self.room?.release()
        return try greenlet.get()
    }

    func waitForRoom() throws {
        try self.room?.acquire()
    }

    func expectOne() {
        self.expected += 1
    }

    func add(_ greenlet: GreenletOf<Value>) {
        self.ready.add(greenlet)
    }

    /// No more will be spawned.
    func close(_ failure: (any Error)?) {
        self.isClosed = true
        self.failure = failure
        self.ready.add(nil)
    }
}
