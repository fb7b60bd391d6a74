// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension Group {
    /// Runs `body` in a greenlet of the group, and waits for its result.
    ///
    /// In a greenlet of the same, full ``Pool`` it runs in place, as waiting for room might never end.
    ///
    /// - Throws: What `body` throws; why the caller cannot wait, or what was thrown into it meanwhile.
    public final func apply<Value>(
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ body: @escaping () throws -> Value
    ) throws -> Value {
        if self.full, self.contains(Greenlet.current) { return try body() }
        let greenlet = try self.spawn(fileID: fileID, line: line, body)
        greenlet.logsErrors = false
        return try greenlet.get()
    }

    /// Transforms every item in a greenlet of its own, and waits for all.
    ///
    /// ```swift
    /// let pages = try Pool(10).map(urls) { try fetch($0) }  // ten at a time
    /// ```
    ///
    /// - Parameters:
    ///   - items: What to transform.
    ///   - fileID: Where the greenlets are spawned; leave it alone.
    ///   - line: Where the greenlets are spawned; leave it alone.
    ///   - transform: What to do with each.
    /// - Returns: The results, in the order of the items.
    /// - Throws: What `transform` throws for the first item, in order, that it throws for, while the others go on; why the
    ///   caller cannot wait, or what was thrown into it meanwhile.
    public final func map<Item, Value>(
        _ items: some Sequence<Item>,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ transform: @escaping (Item) throws -> Value
    ) throws -> [Value] {
        var greenlets: [GreenletOf<Value>] = []
        for item in items {
            let greenlet = try self.spawn(fileID: fileID, line: line) { try transform(item) }
            greenlet.logsErrors = false
            greenlets.append(greenlet)
        }
        return try greenlets.map { try $0.get() }
    }

    /// Transforms every item in a greenlet of its own; the results come one by one, in the order of the items.
    ///
    /// ```swift
    /// let pages = pool.imap(urls) { try fetch($0) }
    /// while let page = try pages.next() { print(page.count) }
    /// ```
    ///
    /// - Parameters:
    ///   - items: What to transform; taken one by one, as there is room.
    ///   - maxsize: How many results, begun or there, may wait to be taken; no more are begun when nobody holds what gives
    ///     them any longer. Null is any number, all of which are begun.
    ///   - fileID: Where the greenlets are spawned; leave it alone.
    ///   - line: Where the greenlets are spawned; leave it alone.
    ///   - transform: What to do with each.
    /// - Returns: What gives the results, and throws the errors.
    public final func imap<Item, Value>(
        _ items: some Sequence<Item>,
        maxsize: Int? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ transform: @escaping (Item) throws -> Value
    ) -> GroupResults<Value> {
        _ = GreenletEngine.demanded("Group.imap")
        let feed = GroupFeed<Value>(maxsize)
        let feeder = self.feed(feed, from: items, fileID, line, transform) { feed.add($0) }
        return GroupResults(feed, feeder)
    }

    /// Transforms every item in a greenlet of its own; the results come one by one, as they get ready.
    ///
    /// - Parameters:
    ///   - items: What to transform; taken one by one, as there is room.
    ///   - maxsize: How many results, begun or there, may wait to be taken; no more are begun when nobody holds what gives
    ///     them any longer. Null is any number, all of which are begun.
    ///   - fileID: Where the greenlets are spawned; leave it alone.
    ///   - line: Where the greenlets are spawned; leave it alone.
    ///   - transform: What to do with each.
    /// - Returns: What gives the results, and throws the errors.
    public final func imapUnordered<Item, Value>(
        _ items: some Sequence<Item>,
        maxsize: Int? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ transform: @escaping (Item) throws -> Value
    ) -> GroupResults<Value> {
        _ = GreenletEngine.demanded("Group.imap")
        let feed = GroupFeed<Value>(maxsize)
        let feeder = self.feed(feed, from: items, fileID, line, transform) { greenlet in
            greenlet.onEnd { [unowned greenlet] in feed.add(greenlet) }
        }
        return GroupResults(feed, feeder)
    }

    private func feed<Item, Value>(
        _ feed: GroupFeed<Value>,
        from items: some Sequence<Item>,
        _ fileID: StaticString,
        _ line: UInt,
        _ transform: @escaping (Item) throws -> Value,
        _ spawned: @escaping (GreenletOf<Value>) -> Void
    ) -> Greenlet {
        let feeder = GreenletOf(fileID: fileID, line: line) {
            for item in items {
                try Parking.checkInterruption()
                try feed.waitForRoom()
                let greenlet = try self.spawn(fileID: fileID, line: line) { try transform(item) }
                greenlet.logsErrors = false
                feed.expectOne()
                spawned(greenlet)
            }
        }
        self.add(feeder: feeder)
        feeder.logsErrors = false
        feeder.onEnd { [unowned feeder] in feed.close(feeder.failure) }
        feeder.start()
        return feeder
    }
}
