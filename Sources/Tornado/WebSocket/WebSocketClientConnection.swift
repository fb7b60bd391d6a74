// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import Logging
import TornadoCore

/// A WebSocket of a client: what ``websocketConnect(_:_:)-(HTTPRequest,_)`` gives.
///
/// ```swift
/// let socket = try await websocketConnect("ws://localhost:8888/echo")
/// try await socket.writeMessage("hello")
/// let answer = try await socket.readMessage()
/// socket.close()
/// ```
///
/// It belongs to the thread of the loop that it was opened on. It stays open, also if nobody holds it, until either side closes
/// it. What has come and was not read is kept up to some 64 KiB and the message after that; then the server has to wait.
public final class WebSocketClientConnection: WebSocketOwner {
    private static let maxQueuedBytes = 64 * 1024
    private static let maxQueued = 64

    /// The fields of the server's answer to the handshake.
    public let headers: HTTPHeaders
    /// The subprotocol that the server chose; nil for none.
    public let selectedSubprotocol: String?
    /// Called by the loop with a ping's payload; it has been answered.
    public var onPing: (([UInt8]) -> Void)?
    /// Called by the loop with a pong's payload.
    public var onPong: (([UInt8]) -> Void)?

    let connection: WebSocketConnection
    private let loop: IOLoop
    private let onMessage: ((WebSocketMessage?) throws -> Void)?
    /// What was not read yet; nil is the end.
    private let queue = SimpleQueue<WebSocketMessage?>()
    private var queuedBytes = 0

    init(
        _ connection: WebSocketConnection,
        _ answer: WebSocketClientHandshake.Answer,
        _ options: WebSocketClientOptions,
        _ loop: IOLoop
    ) {
        self.connection = connection
        self.headers = answer.headers
        self.selectedSubprotocol = answer.subprotocol
        self.onMessage = options.onMessage
        self.loop = loop
    }

    /// The server's close code; 1005 if it gave none, 1006 if the connection ended without its Close, nil as long as it is
    /// open.
    public var closeCode: Int? { self.connection.closeCode }

    /// The server's reason for closing; nil if it gave none.
    public var closeReason: String? { self.connection.closeReason }

    // MARK: What happens

    var isBusy: Bool { self.queuedBytes > Self.maxQueuedBytes || self.queue.qsize >= Self.maxQueued }

    func take(_ event: WebSocketEvent) {
        switch event {
        case .open: return
        case .message(let message): self.deliver(message)
        case .closed: self.deliver(nil)
        case .ping(let data): self.onPing?(data)
        case .pong(let data): self.onPong?(data)
        }
    }

    private func deliver(_ message: WebSocketMessage?) {
        guard let onMessage = self.onMessage else {
            self.queuedBytes += message?.count ?? 0
            // The queue has no limit of its own.
            try? self.queue.putNowait(message)
            return
        }
        do {
            try onMessage(message)
        } catch {
            Log.application.error("Exception in a WebSocket's onMessage: \(LogText.escaped(String(reflecting: error)))")
        }
    }

    // MARK: Reading

    /// Reads the next message: calls the callback with it, or with nil when the connection is closed.
    ///
    /// - Parameter callback: Called once by the loop, never inside this call. What it throws is logged.
    public func readMessage(_ callback: @escaping (WebSocketMessage?) throws -> Void) {
        let loop = self.loop
        loop.spawn {
            // Nothing is thrown but a cancellation, and nobody has the task's handle.
            let message = (try? await self.readMessage()) ?? nil
            loop.spawnCallback { try callback(message) }
        }
    }

    /// Suspends the task until the next message is there; nil when the connection is closed.
    ///
    /// - Throws: `CancellationError` if the task is cancelled, in which case no message gets lost.
    nonisolated(nonsending) public func readMessage() async throws -> WebSocketMessage? {
        self.took(try await self.queue.get())
    }

    /// Suspends the greenlet until the next message is there; nil when the connection is closed.
    ///
    /// Outside of greenlets it runs the loop meanwhile, if that does not run yet.
    ///
    /// - Throws: Why the caller cannot wait, or what was thrown into it meanwhile.
    public func readMessage() throws -> WebSocketMessage? {
        if Greenlet.isAvailable || self.loop.isRunning { return self.took(try self.queue.get()) }
        return try WebSocketWait.run { try await self.readMessage() }
    }

    private func took(_ message: WebSocketMessage?) -> WebSocketMessage? {
        guard let message else {
            // The end stays.
            try? self.queue.putNowait(nil)
            return nil
        }
        let wasBusy = self.queuedBytes > Self.maxQueuedBytes || self.queue.qsize + 1 >= Self.maxQueued
        self.queuedBytes -= message.count
        if wasBusy, !self.isBusy { self.connection.resume() }
        return message
    }

    // MARK: Sending

    /// Sends a text, as a binary message if `binary`; in a greenlet it waits while the server reads too slowly.
    ///
    /// - Throws: ``WebSocketClosedError``; ``WebSocketError`` if 16 MiB wait already, where nothing can wait; what was thrown
    ///   into the greenlet while it waited, in which case the message has been taken.
    public func writeMessage(_ text: String, binary: Bool = false) throws {
        try self.connection.send(text, binary: binary)
        try self.connection.waitUntilDrained()
    }

    /// Sends bytes, as a text if `binary` is false: they must be UTF-8 then.
    public func writeMessage(_ bytes: [UInt8], binary: Bool = true) throws {
        try self.connection.send(bytes, binary: binary)
        try self.connection.waitUntilDrained()
    }

    /// Sends a message as what it is.
    public func writeMessage(_ message: WebSocketMessage) throws {
        switch message {
        case .text(let text): try self.writeMessage(text)
        case .binary(let bytes): try self.writeMessage(bytes)
        }
    }

    /// Sends a text, and waits in the task while the server reads too slowly.
    nonisolated(nonsending) public func writeMessage(_ text: String, binary: Bool = false) async throws {
        try self.connection.send(text, binary: binary)
        try await self.connection.waitUntilDrained()
    }

    /// Sends bytes, as a text if `binary` is false, and waits in the task while the server reads too slowly.
    nonisolated(nonsending) public func writeMessage(_ bytes: [UInt8], binary: Bool = true) async throws {
        try self.connection.send(bytes, binary: binary)
        try await self.connection.waitUntilDrained()
    }

    /// Sends a message as what it is, and waits in the task while the server reads too slowly.
    nonisolated(nonsending) public func writeMessage(_ message: WebSocketMessage) async throws {
        switch message {
        case .text(let text): try await self.writeMessage(text)
        case .binary(let bytes): try await self.writeMessage(bytes)
        }
    }

    /// Sends a ping of 125 bytes at most; what the server answers goes to ``onPong``.
    public func ping(_ data: [UInt8] = []) throws { try self.connection.ping(data) }

    /// Closes the connection: says so, and waits up to 5 seconds for the server's word before it goes.
    public func close() { self.connection.close(WebSocketCloseReason(code: WebSocketCloseReason.none)) }

    /// Closes the connection with a code, and a reason for people.
    ///
    /// - Parameters:
    ///   - code: 1000 to 1003, 1007 to 1014 or 3000 to 4999; nil is none, or 1000 if there is a reason.
    ///   - reason: 123 bytes of UTF-8 at most.
    /// - Throws: ``WebSocketError`` if a frame cannot carry these.
    public func close(code: Int?, reason: String? = nil) throws {
        self.connection.close(try WebSocketConnection.reason(code: code, reason: reason))
    }

    /// Whether small messages are sent at once instead of being collected for a while by the system; they are unless told
    /// otherwise.
    public func setNodelay(_ value: Bool) { self.connection.setNodelay(value) }
}
