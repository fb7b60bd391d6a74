// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A resolver that remembers another one's answers for some time.
///
/// ```swift
/// let resolver = CachingResolver(timeToLive: 30)
/// ```
///
/// An answer is given out for ``timeToLive`` seconds from when it came, by the loop's clock, and never later: then the next
/// who asks has it asked for anew. How long the name's server would allow is not asked: libc does not tell. So an address that
/// changed is noticed after ``timeToLive`` at the latest, and one whose server allows less may be used longer than it says.
/// That a name has no address, for whatever reason, is remembered for ``errorTimeToLive`` alike.
///
/// Many who ask the same at the same time are one question. No more than ``maxEntries`` answers are kept: those that came
/// first go first.
public final class CachingResolver: Resolver {
    private struct Entry {
        let answer: Result<[SocketAddress], any Error>
        let until: Double
        let serial: UInt64
    }

    /// A question under way, and who has asked it.
    private final class Flight {
        var askers: [UInt64: Reply<[SocketAddress]>] = [:]
        var pending: Pending?
    }

    /// Seconds that addresses are remembered for.
    public let timeToLive: Double
    /// Seconds that it is remembered for that there are none.
    public let errorTimeToLive: Double
    /// The most answers that are remembered.
    public let maxEntries: Int

    private let resolver: any Resolver
    private let loop = IOLoop.current
    private var entries: [Lookup.Question: Entry] = [:]
    private let order = ItemRing<(question: Lookup.Question, serial: UInt64)>()
    private var flights: [Lookup.Question: Flight] = [:]
    private var lastSerial: UInt64 = 0

    /// A resolver with nothing in its memory.
    ///
    /// - Parameters:
    ///   - resolver: Whom to ask; null is ``DefaultResolver``.
    ///   - timeToLive: Seconds to remember addresses for; 0 for not at all.
    ///   - errorTimeToLive: Seconds to remember for that there are none; 0 for not at all.
    ///   - maxEntries: The most answers to remember, 1 or more.
    public init(
        _ resolver: (any Resolver)? = nil,
        timeToLive: Double = 60,
        errorTimeToLive: Double = 1,
        maxEntries: Int = 1000
    ) {
        self.resolver = resolver ?? DefaultResolver()
        self.timeToLive = timeToLive
        self.errorTimeToLive = errorTimeToLive
        self.maxEntries = max(1, maxEntries)
    }

    /// How many answers are remembered, those among them whose time is over.
    public var count: Int { self.entries.count }

    /// Forgets all answers; questions under way go on.
    public func removeAll() {
        self.entries = [:]
        while self.order.take() != nil {}
    }

    /// Asks, or remembers: see ``Resolver``.
    @discardableResult
    public func resolve(
        _ host: String,
        _ port: Int,
        family: AddressFamily,
        _ callback: @escaping (Result<[SocketAddress], any Error>) throws -> Void
    ) -> Pending {
        self.loop.checkThread("CachingResolver.resolve")
        guard let number = UInt16(exactly: port) else {
            return self.resolver.resolve(host, port, family: family, callback)
        }
        let question = Lookup.Question(host: host.lowercased(), port: number, family: family)
        let reply = Reply(self.loop, callback)
        if let entry = self.entries[question], entry.until > self.loop.time() {
            reply.give(entry.answer)
            return Pending { reply.forget() }
        }
        return self.join(question, reply)
    }

    private func join(_ question: Lookup.Question, _ reply: Reply<[SocketAddress]>) -> Pending {
        self.lastSerial += 1
        let serial = self.lastSerial
        let known = self.flights[question]
        let flight = known ?? Flight()
        flight.askers[serial] = reply
        if known == nil {
            self.flights[question] = flight
            flight.pending = self.resolver.resolve(question.host, Int(question.port), family: question.family) {
                self.landed(question, flight, $0)
            }
        }
        return Pending {
            reply.forget()
            flight.askers[serial] = nil
            // Nobody wants the answer any more.
            guard flight.askers.isEmpty, self.flights[question] === flight else { return }
            self.flights[question] = nil
            flight.pending?.cancel()
        }
    }

    private func landed(_ question: Lookup.Question, _ flight: Flight, _ answer: Result<[SocketAddress], any Error>) {
        guard self.flights[question] === flight else { return }
        self.flights[question] = nil
        // What would take it back may hold the callback, and that holds the flight.
        flight.pending = nil
        self.remember(question, answer)
        for (_, reply) in flight.askers.sorted(by: { $0.key < $1.key }) { reply.give(answer) }
        flight.askers = [:]
    }

    private func remember(_ question: Lookup.Question, _ answer: Result<[SocketAddress], any Error>) {
        let seconds: Double
        if case .success = answer { seconds = self.timeToLive } else { seconds = self.errorTimeToLive }
        guard seconds > 0 else { return }
        self.lastSerial += 1
        self.entries[question] = Entry(answer: answer, until: self.loop.time() + seconds, serial: self.lastSerial)
        self.order.add((question, self.lastSerial))
        while self.entries.count > self.maxEntries || self.order.count > 2 * self.maxEntries {
            guard let oldest = self.order.take() else { return }
            if self.entries[oldest.question]?.serial == oldest.serial { self.entries[oldest.question] = nil }
        }
    }
}
