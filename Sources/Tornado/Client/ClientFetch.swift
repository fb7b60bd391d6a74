// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import HTTPCodec
import TornadoCore

/// What a fetch is busy with, and can be told to stop.
protocol ClientWork: AnyObject {
    /// Ends it and closes its connection, without another word.
    func abort()
    /// A time that it has set has come.
    func wake(at now: Double)
    /// The addresses that it has tried to connect to, and those that have not answered yet.
    var attempts: [TCPClientError.Attempt] { get }
}

/// One call of `fetch`: it waits for its turn, gets a connection, asks, follows redirects, and tells what came of it.
///
/// The core holds it until it is over.
final class ClientFetch {
    /// How far it is, for timeouts.
    enum Phase {
        case queue, lookup, connect, handshake, request
    }

    let core: ClientCore
    let request: HTTPRequest
    let settings: EffectiveSettings
    let sink: ClientSink
    private(set) var hop: ClientHop
    private(set) var origin: ClientOrigin
    /// Its place among the core's, or -1.
    var index = -1
    var isQueued = false
    private(set) var isOver = false
    private(set) var hasTurn = false
    private var work: (any ClientWork)?
    private var hasRetried = false
    /// How often the present request was sent again with an answer to a challenge.
    var digestTries: [DigestAsker: Int] = [:]
    private var ended: ((HTTPResponse) -> Void)?

    // Times on the loop's clock.
    var phase = Phase.queue
    private let deadline: Double
    private var phaseDeadline: Double
    /// When the work wants to be woken.
    private var workDeadline = Double.infinity
    private(set) var wakeAt: Double
    private var waitingSince: Double
    private var began: Double
    private var beganWallClock = 0.0
    var times = HTTPTimeInfo()

    /// A fetch, for ``ClientCore/add(_:)``; `ended` is called once, when it is over.
    ///
    /// - Throws: `HTTPClientError` if it cannot even begin.
    init(
        _ core: ClientCore,
        _ request: HTTPRequest,
        _ settings: EffectiveSettings,
        _ sink: ClientSink,
        _ ended: @escaping (HTTPResponse) -> Void
    ) throws {
        self.core = core
        self.request = request
        self.settings = settings
        self.sink = sink
        self.ended = ended
        guard !core.isClosed else {
            let words = "Cannot fetch \(ClientURL.redacted(request.url)): the client was closed."
            throw HTTPClientError(.clientClosed, words)
        }
        guard !request.isOfAnotherThread else {
            let words = "its callbacks belong to another thread; make the request on the client's"
            throw HTTPClientError(.request, "Cannot fetch \(ClientURL.redacted(request.url)): \(words).")
        }
        self.hop = try ClientHop(request, core.url(request.url), settings)
        self.origin = try Self.origin(core, self.hop, settings)
        let now = core.loop.time()
        self.waitingSince = now
        self.began = now
        self.deadline = now + settings.requestTimeout
        self.phaseDeadline = now + settings.connectTimeout
        self.wakeAt = min(self.deadline, self.phaseDeadline)
    }

    private static func origin(
        _ core: ClientCore,
        _ hop: ClientHop,
        _ settings: EffectiveSettings
    ) throws -> ClientOrigin {
        do {
            return try core.pool.origin(hop, settings)
        } catch {
            throw HTTPClientError(.tls, "Cannot fetch \(hop.url.text): \(error)")
        }
    }

    // MARK: Going on

    /// Its turn has come.
    func start() {
        let now = self.core.loop.time()
        self.hasTurn = true
        self.times.queue += now - self.waitingSince
        self.began = now
        var clock = timespec()
        clock_gettime(CLOCK_REALTIME, &clock)
        self.beganWallClock = Double(clock.tv_sec) + Double(clock.tv_nsec) * 1e-9
        while let connection = self.core.pool.take(self.origin) {
            // What must not be sent twice is not sent to a server that has gone.
            if !self.mayBeRepeated, !connection.isStillQuiet() {
                connection.close()
                continue
            }
            return self.exchange(on: connection)
        }
        self.connect(now)
    }

    /// Whether the request may be sent once more if the server goes away without a word.
    private var mayBeRepeated: Bool { self.hop.isIdempotent && self.hop.producer == nil }

    private func connect(_ now: Double) {
        self.setPhase(.lookup, limit: now + self.settings.connectTimeout)
        let connector = ClientConnector(self)
        self.work = connector
        connector.begin()
    }

    /// The connector has done its work.
    func connected(_ connection: ClientConnection) {
        self.work = nil
        self.exchange(on: connection)
    }

    private func exchange(on connection: ClientConnection) {
        self.setPhase(.request, limit: .infinity)
        self.times.pretransfer = self.core.loop.time() - self.began
        let exchange = ClientExchange(self, connection)
        self.work = exchange
        exchange.begin()
    }

    /// Seconds since the present request began.
    var elapsed: Double { self.core.loop.time() - self.began }

    // MARK: Time

    func setPhase(_ phase: Phase, limit: Double? = nil) {
        self.phase = phase
        self.workDeadline = .infinity
        if let limit { self.phaseDeadline = limit }
        self.wakeAt = min(self.deadline, self.phaseDeadline)
        self.core.watch(self.wakeAt)
    }

    /// How long connecting may still take, from `now`.
    func timeToConnect(_ now: Double) -> Double { min(self.deadline, self.phaseDeadline) - now }

    /// Has the work woken at `time`.
    func wakeWork(at time: Double) {
        self.workDeadline = time
        self.wakeAt = min(self.deadline, self.phaseDeadline, time)
        self.core.watch(self.wakeAt)
    }

    func wake(at now: Double) {
        guard now < min(self.deadline, self.phaseDeadline) else { return self.timedOut(now) }
        self.workDeadline = .infinity
        self.wakeAt = min(self.deadline, self.phaseDeadline)
        self.work?.wake(at: now)
    }

    private func timedOut(_ now: Double) {
        let isWhole = now >= self.deadline
        let limit = "\(isWhole ? self.settings.requestTimeout : self.settings.connectTimeout) s"
        switch self.phase {
        case .queue: self.fail(.queueTimeout, "its turn did not come within \(limit)")
        case .lookup: self.fail(.lookupTimeout, "the host's addresses were not known within \(limit)")
        case .connect:
            let tried = self.work?.attempts.map(\.description).joined(separator: ", ") ?? ""
            self.fail(.connectTimeout, "there was no connection within \(limit)\(tried.isEmpty ? "" : ": \(tried)")")
        case .handshake: self.fail(.handshakeTimeout, "TLS was not agreed within \(limit)")
        case .request: self.fail(.requestTimeout, "no whole answer came within \(limit)")
        }
    }

    // MARK: The answer

    /// A free connection turned out to be dead before a byte of the answer was there: once more, on a new one.
    ///
    /// Returns false if that may not be.
    func retry(wasSent: Bool) -> Bool {
        guard !self.hasRetried, !wasSent || self.mayBeRepeated else { return false }
        self.hasRetried = true
        self.work = nil
        self.connect(self.core.loop.time())
        return true
    }

    /// Whether an answer with this status and Location is not the last one.
    func follows(_ status: Int, hasLocation: Bool) -> Bool {
        self.settings.followRedirects && hasLocation && ClientHop.isRedirect(status)
            && self.hop.redirects < self.settings.maxRedirects
    }

    /// The answer is whole; its connection was given back or closed.
    func answered(_ answer: ClientExchange.Answer, _ body: [UInt8]) {
        self.work = nil
        let status = answer.status
        let head = answer.fields
        switch answer.challenge {
        case .answered: return self.askAgain()
        case .unanswerable(let why):
            let error = HTTPClientError(.authentication, code: status, self.sentence(why))
            return self.end(self.response(status, head, body, error))
        case nil: break
        }
        guard let location = answer.location, self.settings.followRedirects, ClientHop.isRedirect(status) else {
            return self.end(self.response(status, head, body, nil))
        }
        guard self.hop.redirects < self.settings.maxRedirects else {
            let words = "there were more than \(self.settings.maxRedirects) redirects, the last one to \(location)"
            let error = HTTPClientError(.tooManyRedirects, code: status, self.sentence(LogText.escaped(words)))
            return self.end(self.response(status, head, body, error))
        }
        do {
            try self.follow(status, location)
        } catch let error as HTTPClientError {
            self.end(self.response(599, ResponseFields(), [], error))
        } catch {
            self.fail(.malformed, "\(error)")
        }
    }

    /// Sends the request again, with the answer to a challenge.
    private func askAgain() {
        self.beginTimesAnew(self.core.loop.time())
        self.hasRetried = false
        self.start()
    }

    /// What has passed so far is the time of answers that were not the last.
    private func beginTimesAnew(_ now: Double) {
        let past = self.times
        self.times = HTTPTimeInfo()
        self.times.queue = past.queue
        self.times.redirect = past.redirect + now - self.began
        self.waitingSince = now
    }

    private func follow(_ status: Int, _ location: String) throws {
        let next = try self.hop.following(status, location)
        let origin = try Self.origin(self.core, next, self.settings)
        let now = self.core.loop.time()
        self.beginTimesAnew(now)
        self.hasRetried = false
        self.digestTries = [:]
        let left = self.origin
        self.hop = next
        self.origin = origin
        self.hasTurn = false
        self.setPhase(.queue, limit: now + self.settings.connectTimeout)
        self.core.enqueue(self, first: true)
        self.core.release(left)
    }

    // MARK: The end

    func fail(_ kind: HTTPClientError.Kind, _ why: String) {
        self.fail(HTTPClientError(kind, self.sentence(why)))
    }

    private func sentence(_ why: String) -> String {
        "Cannot fetch \(self.hop.url.text) (\(self.place)): \(why)."
    }

    private var place: String {
        let all = self.settings.all
        if let path = all.unixSocket { return "\(path)" }
        if let proxy = all.proxyHost { return "by the proxy \(proxy) port \(all.proxyPort ?? 0)" }
        return "\(self.hop.url.host) port \(self.hop.url.port)"
    }

    func fail(_ error: HTTPClientError) {
        guard !self.isOver else { return }
        let work = self.work
        self.work = nil
        work?.abort()
        self.end(self.response(599, ResponseFields(), [], error))
    }

    /// The answer, or what there is instead of one.
    func response(_ code: Int, _ head: ResponseFields, _ body: [UInt8], _ error: HTTPClientError?) -> HTTPResponse {
        let now = self.core.loop.time()
        self.times.total = now - self.began
        return HTTPResponse(
            request: self.request,
            code: code,
            body: body,
            effectiveURL: self.hop.redirects == 0 ? self.request.url : self.hop.url.text,
            requestTime: now - self.began,
            startTime: self.beganWallClock,
            timeInfo: self.times,
            head: head,
            failure: error
        )
    }

    private func end(_ response: HTTPResponse) {
        guard !self.isOver else { return }
        self.isOver = true
        let ended = self.ended
        self.ended = nil
        self.core.remove(self)
        ended?(response)
        // Others last: what they do must find this one over.
        if self.hasTurn {
            self.hasTurn = false
            self.core.release(self.origin)
        }
    }
}
