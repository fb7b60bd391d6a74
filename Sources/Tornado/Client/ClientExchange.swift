// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec
import ProviderKit
import TornadoCore

/// One request on a connection, and its answer.
///
/// Held by the fetch and by its connection until it is over.
final class ClientExchange: ClientWork, ClientConnectionUser {
    let fetch: ClientFetch
    let connection: ClientConnection
    let hop: ClientHop
    var isOver = false

    // Sending.
    /// What the kernel did not take yet, from `outStart` on.
    var out: [UInt8] = []
    var outStart = 0
    /// A body that is sent behind `out`.
    var bodyToSend: [UInt8]?
    var writer: HTTPBodyWriter?
    /// The server must ask for the body, or the time for that must be over.
    var isHoldingBody = false
    var hasSentAnything = false
    var hasFailedToSend = false

    // Receiving.
    var reader: ResponseReader
    /// What arrived and was not taken yet: a part of the head, or of what frames the body; more while it is paused.
    var untaken: [UInt8] = []
    var answer = Answer()
    var decoder: AnswerDecoder?
    var body: [UInt8] = []
    /// Bytes of body that were delivered, decompressed.
    var delivered: Int64 = 0
    var hasAnswer = false
    var isPaused = false

    /// What the head of the answer says.
    struct Answer {
        var status = 0
        var fields = ResponseFields()
        var keepsAlive = false
        var location: String?
        /// What came of its question who one is.
        var challenge: ClientFetch.Challenge?
        /// Nobody is told of it, since it asks for another request.
        var isPassedOver = false
    }

    init(_ fetch: ClientFetch, _ connection: ClientConnection) {
        self.fetch = fetch
        self.connection = connection
        self.hop = fetch.hop
        self.reader = ResponseReader(isHeadRequest: fetch.hop.method == "HEAD", limits: fetch.settings.limits)
    }

    var core: ClientCore { self.fetch.core }
    /// Whether it goes to a proxy itself, and not through one's tunnel.
    var usesProxy: Bool {
        let all = self.fetch.settings.all
        return all.proxyHost != nil && all.unixSocket == nil && !self.hop.url.isTLS
    }
    /// The body, unless it is made while it is sent.
    var knownBody: [UInt8]? { self.hop.producer == nil ? self.hop.body ?? [] : nil }
    var attempts: [TCPClientError.Attempt] { [] }

    func begin() {
        self.connection.user = self
        self.sendRequest()
    }

    func ready(_ events: IOLoop.Events) {
        if self.outStart < self.out.count { self.flush() }
        guard !self.isOver else { return }
        if !self.isPaused {
            self.receive()
        } else if events.contains(.error) {
            // The server has gone, and its last words may lie in the kernel: whoever goes on reading finds them first.
            self.connection.mute()
        }
    }

    func wake(at now: Double) {
        if self.isHoldingBody { self.releaseBody() }
    }

    /// Waits for what can be gone on with.
    func updateEvents() {
        var events: IOLoop.Events = self.isPaused ? .none : .read
        if self.outStart < self.out.count { events.insert(.write) }
        self.connection.wait(for: events)
    }

    // MARK: The end

    /// The answer is whole.
    func finish(isClean: Bool) {
        guard !self.isOver else { return }
        do {
            try self.decoder?.finish()
        } catch {
            return self.fail(.malformed, "\(error)")
        }
        self.isOver = true
        // A body that was announced and never begun is missing too: the next request would be taken for it.
        let isBodySent = self.bodyToSend == nil && (self.hop.producer == nil || self.writer?.isSent == true)
        let isAllSent = self.out.isEmpty && isBodySent
        self.connection.served += 1
        if isClean, !self.connection.transport.hasPending, isAllSent, !self.hasFailedToSend, self.answer.keepsAlive,
            !self.hop.asksToClose
        {
            self.connection.becomeFree(at: self.core.loop.time())
        } else {
            self.connection.close()
        }
        self.endWriter("the answer is there already")
        self.fetch.answered(self.answer, self.body)
    }

    /// The connection broke, by an errno value; 0 is the server's proper end.
    func broke(_ number: Int32) {
        guard !self.isOver else { return }
        let wasReused = self.connection.served > 0
        let words = self.connection.transport.failureText ?? ""
        if wasReused, !self.hasAnswer, self.hop.producer == nil {
            self.stop()
            if self.fetch.retry(wasSent: self.hasSentAnything) { return }
        }
        let part = self.hasAnswer ? "before the answer was whole" : "before there was an answer"
        if number == 0 { return self.fail(.closed, "the server closed the connection \(part)") }
        let why = words.isEmpty ? OSError.text(number) : LogText.escaped(words)
        let kind: HTTPClientError.Kind = number == ECONNRESET || number == EPIPE ? .reset : .closed
        self.fail(kind, "the connection broke \(part): \(why)")
    }

    func fail(_ kind: HTTPClientError.Kind, _ why: String) {
        self.fetch.fail(kind, why)
    }

    func abort() {
        self.stop()
        self.endWriter("the request has failed")
    }

    private func stop() {
        self.isOver = true
        self.connection.close()
    }

    private func endWriter(_ why: String) {
        let writer = self.writer
        self.writer = nil
        writer?.end(why)
    }
}
