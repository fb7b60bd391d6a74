// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

package import TornadoCore

/// A WebSocket handler whose methods may wait: override them as `async`.
///
/// ```swift
/// final class Slow: AsyncWebSocketHandler {
///     override func onMessage(_ message: WebSocketMessage) async throws {
///         try await Task.sleep(for: .seconds(1))
///         try await writeMessage(message)
///     }
/// }
/// ```
///
/// They run on the loop's thread, beside other connections', one at a time and in order, as ``WebSocketHandler``'s do; of which
/// the synchronous forms are not called, but for those that have no other.
open class AsyncWebSocketHandler: WebSocketHandler, LoopWork {
    private var hasBegun = false

    /// Called before the handshake.
    ///
    /// May answer, and so keep the connection from being opened.
    open func prepare() async throws {}

    /// Called when the handshake is done.
    open func open() async throws {}

    /// Called with each message.
    open func onMessage(_ message: WebSocketMessage) async throws {
        throw HTTPError(500, "\(type(of: self)) does not override onMessage().")
    }

    /// Called last, if `open` was.
    open func onClose() async {}

    /// Called when a ping has come; it has been answered.
    open func onPing(_ data: [UInt8]) async {}

    /// Called when a pong has come.
    open func onPong(_ data: [UInt8]) async {}

    override func run() { self.startWork() }

    override func startWork() { self.request.server.loop.perform(self) }

    package final func performOnLoop() async {
        guard self.hasBegun else {
            self.hasBegun = true
            return await self.begin()
        }
        while let event = self.nextEvent() {
            do {
                try await self.tell(event)
            } catch {
                self.failed(error)
            }
        }
        self.workDone()
    }

    private func begin() async {
        do {
            let method = try self.checkedMethod()
            try self.request.parseInput()
            try await self.prepare()
            if self.isFinished { return }
            try self.call(method)
            self.methodReturned()
        } catch {
            self.handle(error)
        }
    }

    private func tell(_ event: WebSocketEvent) async throws {
        switch event {
        case .message(let message): try await self.onMessage(message)
        case .open:
            self.wasOpened = true
            try await self.open()
        case .ping(let data): await self.onPing(data)
        case .pong(let data): await self.onPong(data)
        case .closed:
            self.forgetConnection()
            if self.wasOpened { await self.onClose() }
        }
    }
}
