// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import TornadoCore

/// Answers WebSocket clients: subclass it, override what is to be told, and put the class into an `Application`.
///
/// ```swift
/// final class Echo: WebSocketHandler {
///     override func onMessage(_ message: WebSocketMessage) throws {
///         try writeMessage(message)
///     }
/// }
/// let app = Application([.url("/echo", Echo.self)])
/// ```
///
/// One handler is made for each connection. Its methods are called one at a time, in order: `prepare` and the questions of the
/// handshake, `open`, then what arrives, last `onClose`. The next message waits, and so in the end does the client, until the
/// method has returned. What a method throws is logged, and closes the connection with 1011.
///
/// Under gtornado they run in a greenlet, where they may call functions that block; one that waits takes none of the `Cores`,
/// once the handshake is done. Elsewhere they run on the loop itself. See ``AsyncWebSocketHandler`` for methods that `await`.
open class WebSocketHandler: RequestHandler, WebSocketOwner {
    private var connection: WebSocketConnection?
    private var firstEvent: WebSocketEvent?
    private var moreEvents: [WebSocketEvent] = []
    private var isWorking = false
    /// The end is told to those who were told of the beginning.
    final var wasOpened = false
    private var lastCode: Int?
    private var lastReason: String?

    /// What ``selectSubprotocol(_:)`` has chosen; null for none.
    public internal(set) final var selectedSubprotocol: String?

    // MARK: To be overridden

    /// Called when the handshake is done.
    ///
    /// The route's groups are in `pathArguments`, the request in `request`.
    open func open() throws {}

    /// Called with each message.
    open func onMessage(_ message: WebSocketMessage) throws {
        throw HTTPError(500, "\(type(of: self)) does not override onMessage().")
    }

    /// Called last, if ``open()-swift.method`` was: see ``closeCode`` and ``closeReason``.
    open func onClose() {}

    /// Called when a ping has come; it has been answered.
    open func onPing(_ data: [UInt8]) {}

    /// Called when a pong has come.
    open func onPong(_ data: [UInt8]) {}

    /// Chooses one of the subprotocols that the client offers, if it offers any; null for none of them.
    open func selectSubprotocol(_ subprotocols: [String]) -> String? { nil }

    /// Whether a page of `origin` may connect: unless overridden, one of the host and port that the client has asked for.
    ///
    /// Not asked about clients that are no browsers and send no `Origin`. Browsers let any page connect to anywhere: who says
    /// true for all must not trust cookies.
    open func checkOrigin(_ origin: String) -> Bool { self.isSameOrigin(origin) }

    /// How to compress messages, if the client can; null, as it is unless overridden, for not at all.
    open func getCompressionOptions() -> WebSocketCompression? { nil }

    /// Seconds between two pings to the client; null for none: the setting `websocketPingInterval`.
    open var pingInterval: Double? { self.settings.websocketPingInterval }

    /// Seconds after a ping within which the client must be heard of, no more than the interval; null is the interval: the
    /// setting `websocketPingTimeout`.
    open var pingTimeout: Double? { self.settings.websocketPingTimeout }

    /// The most bytes of a message, decompressed: the setting `websocketMaxMessageSize`.
    ///
    /// More is answered with close code 1009.
    open var maxMessageSize: Int { self.settings.websocketMaxMessageSize }

    // MARK: The state

    /// The client's close code; 1005 if it gave none, 1006 if the connection ended without its Close, and null as long as the
    /// connection is open.
    public final var closeCode: Int? { self.connection?.closeCode ?? self.lastCode }

    /// The client's reason for closing; null if it gave none.
    public final var closeReason: String? { self.connection?.closeReason ?? self.lastReason }

    /// The connection, for who sends.
    final func opened() throws -> WebSocketConnection {
        guard let connection = self.connection else { throw WebSocketClosedError(code: self.lastCode) }
        return connection
    }

    final func begin(_ connection: WebSocketConnection, head: [UInt8], unread: [UInt8]) {
        self.connection = connection
        connection.open(head: head, unread: unread, owner: self)
        if let interval = self.pingInterval { connection.startPinging(interval: interval, timeout: self.pingTimeout) }
    }

    // MARK: Requests

    /// The handshake.
    public override final func get() throws { try self.shakeHands() }

    // MARK: What happens

    final var isBusy: Bool { self.isWorking || self.firstEvent != nil }

    final func take(_ event: WebSocketEvent) {
        if self.firstEvent == nil { self.firstEvent = event } else { self.moreEvents.append(event) }
        guard !self.isWorking else { return }
        self.isWorking = true
        self.startWork()
    }

    /// Has `work()` or its like called.
    func startWork() {
        guard let suspend = self.request.server.suspend, WebSocketGreenlet.spawn(suspend, self) else {
            return self.work()
        }
    }

    final func nextEvent() -> WebSocketEvent? {
        repeat {
            if let event = self.firstEvent {
                self.firstEvent = self.moreEvents.isEmpty ? nil : self.moreEvents.removeFirst()
                return event
            }
        } while self.connection?.parseRest() ?? false
        return nil
    }

    /// Calls the methods, as long as there is something to tell.
    final func work() {
        while let event = self.nextEvent() {
            do {
                try self.tell(event)
            } catch {
                self.failed(error)
            }
        }
        self.workDone()
    }

    final func workDone() {
        self.isWorking = false
        self.connection?.resume()
    }

    private func tell(_ event: WebSocketEvent) throws {
        switch event {
        case .message(let message): try self.onMessage(message)
        case .open:
            self.wasOpened = true
            try self.open()
        case .ping(let data): self.onPing(data)
        case .pong(let data): self.onPong(data)
        case .closed:
            self.forgetConnection()
            if self.wasOpened { self.onClose() }
        }
    }

    final func forgetConnection() {
        self.lastCode = self.connection?.closeCode
        self.lastReason = self.connection?.closeReason
        self.connection = nil
    }

    final func failed(_ error: any Error) {
        if !(error is WebSocketClosedError) { self.logException(error) }
        self.connection?.fail(WebSocketCloseReason(code: 1011))
    }
}
