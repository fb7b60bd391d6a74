// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import TornadoCore

/// What the clients of a loop share: the fetches under way and those that wait for their turn, connections, and buffers.
///
/// Used on the loop's thread only.
final class ClientCore {
    let loop: IOLoop
    let settings: HTTPClientSettings
    /// Who is asked for addresses; nil is whom the runner provides, else libc.
    let resolver: (any Resolver)?
    /// For requests that leave everything open.
    let plain: EffectiveSettings
    let pool = ClientPool()
    let input = ClientInput()
    let table = HeaderTable()
    /// The head of the request that is being sent.
    var wire: [UInt8] = []
    /// Open connections, free or not.
    var connections = 0
    private(set) var isClosed = false
    /// Nobody will ask for anything more: what becomes free is closed.
    private var isAbandoned = false

    private var live: [ClientFetch] = []
    private var queue = ClientQueue()
    private var active = 0
    private var isPumping = false
    private var latestSettings: (own: HTTPRequest.SharedSettings, effective: EffectiveSettings)?
    private var latestURL: (text: String, url: ClientURL)?
    private var timer: Timeout?
    private var timerAt = Double.infinity

    init(_ loop: IOLoop, _ settings: HTTPClientSettings, _ resolver: (any Resolver)?) {
        self.loop = loop
        self.settings = settings
        let mapping = settings.hostnameMapping
        self.resolver = mapping.isEmpty ? resolver : OverrideResolver(resolver, mapping: mapping)
        self.plain = EffectiveSettings(HTTPRequestSettings(), settings)
    }

    // MARK: Fetches

    func url(_ text: String) throws -> ClientURL {
        if let latest = self.latestURL, latest.text == text { return latest.url }
        let url = try ClientURL(text)
        self.latestURL = (text, url)
        return url
    }

    /// A request's settings with the client's defaults: the same object for all copies of a request, in a row.
    func effective(_ own: HTTPRequest.SharedSettings?) -> EffectiveSettings {
        guard let own else { return self.plain }
        if let latest = self.latestSettings, latest.own === own { return latest.effective }
        let effective = EffectiveSettings(own.all, self.settings)
        self.latestSettings = (own, effective)
        return effective
    }

    /// Takes part in what the core watches over, and waits for a turn, which may be at once.
    func add(_ fetch: ClientFetch) {
        fetch.index = self.live.count
        self.live.append(fetch)
        self.watch(fetch.wakeAt)
        self.enqueue(fetch, first: false)
    }

    /// Waits for a turn, in front of the others if it had one before.
    func enqueue(_ fetch: ClientFetch, first: Bool) {
        self.queue.add(fetch, first: first)
        self.pump()
    }

    func remove(_ fetch: ClientFetch) {
        guard fetch.index >= 0, let last = self.live.popLast() else { return }
        if last !== fetch {
            self.live[fetch.index] = last
            last.index = fetch.index
        }
        fetch.index = -1
        self.queue.hasGone(fetch)
        if self.isAbandoned, self.live.isEmpty { self.pool.close() }
    }

    /// Gives a turn back.
    func release(_ origin: ClientOrigin) {
        self.active -= 1
        origin.active -= 1
        self.pump()
    }

    /// Gives turns to those who wait; one at a time, however deep the stack is.
    private func pump() {
        guard !self.isPumping else { return }
        self.isPumping = true
        defer { self.isPumping = false }
        while self.active < self.settings.maxClients, !self.queue.isEmpty {
            guard let fetch = self.queue.next(where: { $0.origin.active < self.settings.maxClientsPerHost }) else {
                return
            }
            self.active += 1
            fetch.origin.active += 1
            fetch.start()
        }
    }

    /// Keeps a connection that has become free.
    func keep(_ connection: ClientConnection) {
        guard !self.isClosed, !self.isAbandoned || !self.live.isEmpty else { return connection.close() }
        self.pool.put(connection, self.settings)
        self.watch(connection.idleSince + self.settings.idleTimeout)
    }

    // MARK: Time

    /// Sees to it that somebody looks at `time`: one timer of the loop for everything.
    func watch(_ time: Double) {
        guard time < self.timerAt, !self.isClosed else { return }
        if let timer = self.timer { self.loop.removeTimeout(timer) }
        self.timerAt = time
        self.timer = self.loop.callAt(time) { self.look() }
    }

    private func look() {
        self.timer = nil
        self.timerAt = .infinity
        let now = self.loop.time()
        for fetch in self.live where fetch.wakeAt <= now { fetch.wake(at: now) }
        let idle = self.pool.closeIdle(since: now - self.settings.idleTimeout) + self.settings.idleTimeout
        let next = self.live.reduce(idle) { min($0, $1.wakeAt) }
        // Many that are a little apart are looked at together.
        if next < .infinity { self.watch(max(next, now + 0.002)) }
    }

    // MARK: The end

    /// Ends everything: whoever waits is told so.
    func close() {
        guard !self.isClosed else { return }
        self.isClosed = true
        if let timer = self.timer { self.loop.removeTimeout(timer) }
        self.timer = nil
        self.latestSettings = nil
        for fetch in self.live { fetch.fail(.clientClosed, "the client was closed") }
        self.pool.close()
    }

    /// Ends what is not used, and the rest when it is not any more.
    func abandon() {
        self.isAbandoned = true
        if self.live.isEmpty { self.close() }
    }
}

/// Fetches that wait for their turn, in their order.
struct ClientQueue {
    private var waiting: [ClientFetch?] = []
    private var start = 0
    /// Fetches in the list that are over.
    private var gone = 0

    var isEmpty: Bool { self.start == self.waiting.count }
    var count: Int { self.waiting.count - self.start - self.gone }

    mutating func add(_ fetch: ClientFetch, first: Bool) {
        fetch.isQueued = true
        if !first {
            self.waiting.append(fetch)
        } else if self.start > 0 {
            self.start -= 1
            self.waiting[self.start] = fetch
        } else {
            self.waiting.insert(fetch, at: 0)
        }
    }

    /// A fetch is over, which may be in the list; it stays there until its turn.
    mutating func hasGone(_ fetch: ClientFetch) {
        if fetch.isQueued { self.gone += 1 }
    }

    /// Takes the first one out that may begin.
    mutating func next(where mayBegin: (ClientFetch) -> Bool) -> ClientFetch? {
        var index = self.start
        while index < self.waiting.count {
            guard let fetch = self.waiting[index] else { break }
            if fetch.isOver {
                let wasFirst = index == self.start
                self.gone -= 1
                self.take(index)
                // The first ones only move the beginning.
                if wasFirst { index = self.start }
            } else if mayBegin(fetch) {
                fetch.isQueued = false
                self.take(index)
                return fetch
            } else {
                index += 1
            }
        }
        return nil
    }

    private mutating func take(_ index: Int) {
        guard index == self.start else {
            self.waiting.remove(at: index)
            return
        }
        self.waiting[index] = nil
        self.start += 1
        if self.start == self.waiting.count {
            self.waiting.removeAll(keepingCapacity: self.start <= 1024)
            self.start = 0
        } else if self.start > 1024, self.start * 2 > self.waiting.count {
            self.waiting.removeFirst(self.start)
            self.start = 0
        }
    }
}
