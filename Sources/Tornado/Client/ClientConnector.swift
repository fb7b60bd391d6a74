// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import HTTPCodec
import ProviderKit
import TornadoCore

/// Makes a connection for a fetch: looks the host up, tries its addresses, asks a proxy for a tunnel, agrees on TLS.
final class ClientConnector: ClientWork, ClientConnectionUser {
    private enum Stage {
        case asking, listening, agreeing
    }

    private let fetch: ClientFetch
    private let hop: ClientHop
    private let settings: HTTPRequestSettings
    private var stage = Stage.asking
    private var isOver = false
    private var lookup: HostLookup?
    private var connector: Connector?
    private var connection: ClientConnection?
    /// What of the proxy's request was not sent, then what of its answer was not understood yet.
    private var bytes: [UInt8] = []
    private var reader: ResponseReader

    init(_ fetch: ClientFetch) {
        self.fetch = fetch
        self.hop = fetch.hop
        self.settings = fetch.settings.all
        // The answer to CONNECT has no body, whatever its fields say.
        self.reader = ResponseReader(isHeadRequest: true, limits: fetch.settings.limits)
    }

    private var core: ClientCore { self.fetch.core }

    // MARK: Addresses

    func begin() {
        if let text = self.settings.networkInterface, SocketAddress(numeric: text, port: 0) == nil {
            return self.fail(.request, "networkInterface \"\(text)\" is not an IP address")
        }
        if let path = self.settings.unixSocket {
            guard let address = SocketAddress(unix: path) else {
                return self.fail(.request, "the path of its unixSocket is empty or too long")
            }
            return self.connect(to: [address], from: nil)
        }
        var host = self.hop.url.host
        var port = self.hop.url.port
        if let proxy = self.settings.proxyHost {
            guard let number = self.settings.proxyPort.flatMap({ UInt16(exactly: $0) }), number > 0 else {
                return self.fail(.request, "proxyPort must be set too, to a number from 1 to 65535")
            }
            host = proxy
            port = number
        }
        let lookup = HostLookup { self.found($0) }
        self.lookup = lookup
        lookup.begin(host, port, self.core.resolver, self.core.loop)
    }

    private func found(_ answer: HostLookup.Answer) {
        self.lookup = nil
        guard !self.isOver else { return }
        switch answer {
        case .success(let addresses):
            self.fetch.times.namelookup = self.fetch.elapsed
            let source = self.settings.networkInterface.flatMap { SocketAddress(numeric: $0, port: 0) }
            let usable = addresses.filter { address in
                (self.fetch.settings.allowIPv6 || address.family != .inet6)
                    && (source == nil || source?.family == address.family)
            }
            guard !usable.isEmpty else { return self.fail(.connect, "the name has no address that may be used") }
            self.connect(to: usable, from: source)
        case .failure(let failure):
            self.fail(.resolve, "the host was not found: \(failure)")
        }
    }

    // MARK: Connecting

    private func connect(to addresses: [SocketAddress], from source: SocketAddress?) {
        self.fetch.setPhase(.connect)
        let loop = self.core.loop
        let left = self.fetch.timeToConnect(loop.time())
        func from(_ address: SocketAddress) -> SocketAddress? { source }
        let connector = Connector(addresses, loop, within: left, from: from) { self.connected($0) }
        self.connector = connector
        connector.begin()
    }

    /// What was tried, and is being tried.
    var attempts: [TCPClientError.Attempt] { self.connector?.attempts ?? [] }

    private func connected(_ result: Result<(descriptor: Int32, address: SocketAddress), TCPClientError>) {
        self.connector = nil
        switch result {
        case .failure(let error): self.fail(Self.kind(error.attempts), error.attempts.summary)
        case .success(let new):
            do {
                let connection = try ClientConnection(self.core, self.fetch.origin, new.descriptor)
                self.connection = connection
                connection.user = self
                self.isConnected(connection)
            } catch {
                self.fail(.connect, "\(error)")
            }
        }
    }

    /// A refusal says more than what else was in the way of other addresses.
    private static func kind(_ attempts: [TCPClientError.Attempt]) -> HTTPClientError.Kind {
        if attempts.contains(where: { $0.errno == ECONNREFUSED }) { return .refused }
        return attempts.last.map { self.kind($0.errno) } ?? .connect
    }

    /// The connector has timers of its own.
    func wake(at now: Double) {}

    static func kind(_ number: Int32) -> HTTPClientError.Kind {
        switch number {
        case ECONNREFUSED: .refused
        case ECONNRESET, EPIPE: .reset
        default: .connect
        }
    }

    func ready(_ events: IOLoop.Events) {
        guard let connection = self.connection else { return }
        switch self.stage {
        case .asking: self.ask(connection)
        case .listening: self.listen(connection)
        case .agreeing: self.agree(connection)
        }
    }

    private func isConnected(_ connection: ClientConnection) {
        self.fetch.times.connect = self.fetch.elapsed
        guard self.hop.url.isTLS else { return self.finish(connection) }
        guard self.settings.proxyHost != nil, self.settings.unixSocket == nil else { return self.startTLS(connection) }
        self.stage = .asking
        let authorization = self.fetch.authorization(for: .proxy, "CONNECT", self.hop.url.hostAndPort, [])
        self.bytes = self.hop.connectRequest(self.fetch.settings, authorization)
        self.ask(connection)
    }

    // MARK: A proxy's tunnel

    private func ask(_ connection: ClientConnection) {
        while !self.bytes.isEmpty {
            switch self.bytes.withUnsafeBytes({ connection.transport.send($0) }) {
            case .bytes(let count): self.bytes.removeFirst(count)
            case .again: return connection.wait(for: .write)
            case .end: return self.fail(.closed, "the proxy has closed the connection")
            case .failed(let number):
                return self.fail(Self.kind(number), "the connection to the proxy broke: \(OSError.text(number))")
            }
        }
        self.stage = .listening
        connection.wait(for: .read)
    }

    private func listen(_ connection: ClientConnection) {
        switch self.core.input.receive(from: connection.transport) {
        case .again: return
        case .bytes(let count): self.bytes += self.core.input.bytes(count)
        case .end: return self.fail(.closed, "the proxy has closed the connection before it made a tunnel")
        case .failed(let number):
            return self.fail(Self.kind(number), "the connection to the proxy broke: \(OSError.text(number))")
        }
        switch self.hear() {
        case .nothing: return
        case .tunnel:
            // It is content; should it ask again, that is another question.
            self.fetch.digestTries[.proxy] = nil
            self.startTLS(connection)
        case .challenge: self.askAgain()
        case .failure(let kind, let why): self.fail(kind, why)
        }
    }

    /// Asks for the tunnel once more, by a new connection: proxies close the one whose request they have not granted.
    private func askAgain() {
        self.closeConnection()
        self.bytes = []
        self.reader = ResponseReader(isHeadRequest: true, limits: self.fetch.settings.limits)
        self.stage = .asking
        self.begin()
    }

    private enum Heard {
        case nothing, tunnel, challenge
        case failure(HTTPClientError.Kind, String)
    }

    /// Looks at what the proxy has said so far.
    private func hear() -> Heard {
        let table = self.core.table
        let bytes = self.bytes
        return bytes.withUnsafeBufferPointer { view in
            guard let start = view.baseAddress else { return .nothing }
            switch self.reader.next(start, count: view.count, table: table) {
            case .incomplete(let taken):
                self.bytes.removeFirst(taken)
                return .nothing
            case .refused(let refusal): return .failure(.malformed, "the proxy's answer is no good: \(refusal.why)")
            case .piece, .end: return .failure(.malformed, "the proxy's answer is no good")
            case .head(let head, let taken):
                if head.status == 407,
                    let challenge = self.fetch.challenged(by: .proxy, ResponseFields(head, table), knowsBody: true)
                {
                    guard case .unanswerable(let why) = challenge else { return .challenge }
                    return .failure(.authentication, why)
                }
                guard (200..<300).contains(head.status) else {
                    let words = "\(head.status) \(LogText.escaped(head.reason.latin1))"
                    return .failure(.proxy, "the proxy made no tunnel, but answered \(words)")
                }
                // Servers wait for the client's first word in TLS: these would be the proxy's.
                return taken == view.count ? .tunnel : .failure(.proxy, "the proxy sent more than its answer")
            }
        }
    }

    // MARK: TLS

    private func startTLS(_ connection: ClientConnection) {
        self.fetch.setPhase(.handshake)
        guard connection.startTLS(host: self.hop.url.host) else {
            return self.fail(.tls, "no TLS session can be made: \(OSError.text(errno))")
        }
        self.stage = .agreeing
        self.agree(connection)
    }

    private func agree(_ connection: ClientConnection) {
        switch connection.handshake() {
        case .bytes:
            self.fetch.times.appconnect = self.fetch.elapsed
            self.finish(connection)
        case .again(let readiness): connection.wait(until: readiness)
        case .end: self.fail(.closed, "the server has closed the connection in the TLS handshake")
        case .failed(let number):
            let words = connection.transport.failureText ?? ""
            let kind: HTTPClientError.Kind =
                connection.hasCertificateError ? .certificate : number == ECONNRESET ? .reset : .tls
            self.fail(kind, "TLS was not agreed: \(LogText.escaped(words.isEmpty ? OSError.text(number) : words))")
        }
    }

    // MARK: The end

    private func finish(_ connection: ClientConnection) {
        self.isOver = true
        self.connection = nil
        self.fetch.connected(connection)
    }

    private func fail(_ kind: HTTPClientError.Kind, _ why: String) {
        guard !self.isOver else { return }
        self.fetch.fail(kind, why)
    }

    func abort() {
        self.isOver = true
        self.lookup?.cancel()
        self.lookup = nil
        self.connector?.cancel()
        self.connector = nil
        self.closeConnection()
    }

    private func closeConnection() {
        let connection = self.connection
        self.connection = nil
        connection?.close()
    }
}
