// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec
import ProviderKit
import TornadoCore

/// A client's WebSocket on its way: looks the host up, connects, agrees on TLS, and shakes hands.
///
/// The loop holds it, by its handler or timeouts, until it is over. All calls are made on the loop's thread.
final class WebSocketConnector {
    private enum Stage {
        case encrypting
        case sending
        case reading
    }

    private let loop: IOLoop
    private let request: HTTPRequest
    private let settings: EffectiveSettings
    private let options: WebSocketClientOptions
    private var done: ((Result<WebSocketClientConnection, any Error>) -> Void)?
    private var handshake: WebSocketClientHandshake?
    private var stage = Stage.encrypting
    private var timeout: Timeout?
    private var deadline = Double.infinity
    private var lookup: HostLookup?
    private var connector: Connector?
    private var descriptor: Int32?
    private var transport: Transport?
    private var isWatched = false
    private var unsent: [UInt8] = []
    private var received: [UInt8] = []

    init(
        _ loop: IOLoop,
        _ request: HTTPRequest,
        _ options: WebSocketClientOptions,
        _ done: @escaping (Result<WebSocketClientConnection, any Error>) -> Void
    ) {
        self.loop = loop
        self.request = request
        self.settings = EffectiveSettings(request.settings, HTTPClientSettings())
        self.options = options
        self.done = done
    }

    /// Begins; a URL that is none is told at once.
    func begin() {
        do {
            let handshake = try WebSocketClientHandshake(self.request, self.options)
            self.handshake = handshake
            self.startTimer()
            let lookup = HostLookup { self.found($0) }
            self.lookup = lookup
            lookup.begin(handshake.url.host, handshake.url.port, self.options.resolver, self.loop)
        } catch {
            self.end(.failure(error))
        }
    }

    /// Nobody waits for it any more.
    func cancel() {
        self.end(.failure(CancellationError()))
    }

    private func startTimer() {
        let seconds = self.settings.connectTimeout
        guard seconds < .infinity else { return }
        self.deadline = self.loop.time() + seconds
        self.timeout = self.loop.callLater(seconds) {
            self.timeout = nil
            self.fail(.connect, "it was not open within \(seconds) s")
        }
    }

    // MARK: Connecting

    private func found(_ answer: HostLookup.Answer) {
        self.lookup = nil
        guard self.done != nil else { return }
        switch answer {
        case .success(let addresses):
            guard !addresses.isEmpty else { return self.fail(.connect, "the name has no address") }
            self.connect(to: addresses)
        case .failure(let failure):
            self.fail(.connect, "the host was not found: \(failure)")
        }
    }

    private func connect(to addresses: [SocketAddress]) {
        let left = self.deadline - self.loop.time()
        let connector = Connector(addresses, self.loop, within: left) { self.connected($0) }
        self.connector = connector
        connector.begin()
    }

    private func connected(_ result: Result<(descriptor: Int32, address: SocketAddress), TCPClientError>) {
        self.connector = nil
        switch result {
        case .failure(let error): self.fail(.connect, error.attempts.summary)
        case .success(let new):
            self.descriptor = new.descriptor
            self.encrypt(new.descriptor)
        }
    }

    private func wait(for readiness: Transport.Readiness) {
        guard let descriptor = self.descriptor else { return }
        let events: IOLoop.Events = readiness == .write ? .write : .read
        do {
            if self.isWatched { return try self.loop.updateHandler(descriptor, events) }
            try self.loop.addReadinessHandler(descriptor, events) { _, _ in self.goOn() }
            self.isWatched = true
        } catch {
            self.fail(.connect, "\(error)")
        }
    }

    private func goOn() {
        guard self.descriptor != nil, self.done != nil else { return }
        switch self.stage {
        case .encrypting: self.goOnEncrypting()
        case .sending: self.send()
        case .reading: self.read()
        }
    }

    private func encrypt(_ descriptor: Int32) {
        guard let handshake = self.handshake else { return }
        self.unsent = handshake.bytes
        guard handshake.isEncrypted else {
            self.transport = Transport(descriptor: descriptor)
            return self.send()
        }
        do {
            let context = try self.context()
            guard let session = context.session(descriptor: descriptor, host: handshake.url.host) else {
                return self.fail(.connect, "there is no TLS session for it")
            }
            self.transport = Transport(descriptor: descriptor, tls: session)
            self.stage = .encrypting
            self.goOnEncrypting()
        } catch {
            self.fail(.connect, "\(error)")
        }
    }

    /// Shared with the loop's HTTP client: reading whom to trust takes time.
    private func context() throws -> TLSContext {
        try AsyncHTTPClient().core.pool.context(self.options.sslOptions ?? self.settings.sslOptions)
    }

    private func goOnEncrypting() {
        guard let transport = self.transport else { return }
        switch transport.handshake() {
        case .bytes: self.send()
        case .again(let readiness): self.wait(for: readiness)
        case .end: self.fail(.connect, "the server ended the TLS handshake")
        case .failed(let number):
            self.fail(.connect, "TLS: \(transport.failureText ?? OSError.text(number))")
        }
    }

    // MARK: The handshake

    private func send() {
        guard let transport = self.transport else { return }
        self.stage = .sending
        while !self.unsent.isEmpty {
            switch self.unsent.withUnsafeBytes({ transport.send($0) }) {
            case .bytes(let count): self.unsent.removeFirst(count)
            case .again(let readiness): return self.wait(for: readiness)
            case .end: return self.fail(.connect, "the server has closed the connection")
            case .failed(let number): return self.fail(.connect, transport.failureText ?? OSError.text(number))
            }
        }
        self.stage = .reading
        self.read()
    }

    private func read() {
        guard let transport = self.transport else { return }
        let outcome = withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 1) { room in
            let outcome = transport.receive(into: room)
            if case .bytes(let count) = outcome { self.received += room[..<count] }
            return outcome
        }
        switch outcome {
        case .bytes: self.look()
        case .again(let readiness): self.wait(for: readiness)
        case .end: self.fail(.handshake, "the server has closed the connection instead of an answer")
        case .failed(let number): self.fail(.connect, transport.failureText ?? OSError.text(number))
        }
    }

    private func look() {
        do {
            guard let answer = try self.handshake?.answer(self.received) else { return self.read() }
            self.succeed(answer)
        } catch {
            self.end(.failure(error))
        }
    }

    private func succeed(_ answer: WebSocketClientHandshake.Answer) {
        guard let transport = self.transport, let descriptor = self.descriptor else { return }
        if self.isWatched { try? self.loop.removeHandler(descriptor) }
        self.isWatched = false
        self.descriptor = nil
        self.transport = nil
        let connection = WebSocketConnection(
            transport,
            isServer: false,
            maxMessageSize: self.options.maxMessageSize,
            deflate: answer.deflate.flatMap { agreed in self.options.compression.map { (agreed, $0) } }
        )
        let client = WebSocketClientConnection(connection, answer, self.options, self.loop)
        let unread = Array(self.received[answer.size...])
        // Told first: messages may have come already, and who takes them by a callback has to have the connection by then.
        self.end(.success(client))
        connection.open(head: [], unread: unread, owner: client)
        if let interval = self.options.pingInterval {
            connection.startPinging(interval: interval, timeout: self.options.pingTimeout)
        }
    }

    // MARK: The end

    private func fail(_ kind: WebSocketError.Kind, _ why: String) {
        self.end(.failure(WebSocketError(kind, "Cannot open \(ClientURL.redacted(self.request.url)): \(why).")))
    }

    private func end(_ result: Result<WebSocketClientConnection, any Error>) {
        guard let done = self.done else { return }
        self.done = nil
        self.lookup?.cancel()
        self.lookup = nil
        self.connector?.cancel()
        self.connector = nil
        if let timeout = self.timeout { self.loop.removeTimeout(timeout) }
        self.timeout = nil
        self.drop()
        done(result)
    }

    private func drop() {
        guard let descriptor = self.descriptor else { return }
        self.descriptor = nil
        if self.isWatched { try? self.loop.removeHandler(descriptor) }
        self.isWatched = false
        if self.transport == nil { close(descriptor) } else { self.transport?.close() }
        self.transport = nil
    }
}
