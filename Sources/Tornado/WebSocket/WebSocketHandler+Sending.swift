// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import HTTPCodec
import ProviderKit
import TornadoCore

extension WebSocketHandler {
    /// Sends a text, as a binary message if `binary`.
    ///
    /// In a greenlet, as under gtornado, it waits while the client reads too slowly. Elsewhere nothing waits, and up to 16 MiB
    /// are kept.
    ///
    /// - Throws: ``WebSocketClosedError``; ``WebSocketError`` if too much waits already; what was thrown into the greenlet
    ///   while it waited, in which case the message has been taken.
    public final func writeMessage(_ text: String, binary: Bool = false) throws {
        try self.send(text, binary).waitUntilDrained()
    }

    /// Sends bytes, as a text if `binary` is false: they must be UTF-8 then.
    public final func writeMessage(_ bytes: [UInt8], binary: Bool = true) throws {
        try self.send(bytes, binary).waitUntilDrained()
    }

    /// Sends a message as what it is.
    public final func writeMessage(_ message: WebSocketMessage) throws {
        switch message {
        case .text(let text): try self.writeMessage(text)
        case .binary(let bytes): try self.writeMessage(bytes)
        }
    }

    /// Sends a value as JSON, in a text.
    public final func writeMessage(_ value: some Encodable) throws {
        try self.writeMessage(try JSON.encode(value), binary: false)
    }

    /// Sends a text, and waits in the task while the client reads too slowly.
    ///
    /// - Throws: ``WebSocketClosedError``, ``WebSocketError``; `CancellationError` if the task is cancelled while it waits,
    ///   in which case the message has been taken.
    nonisolated(nonsending) public final func writeMessage(_ text: String, binary: Bool = false) async throws {
        try await self.send(text, binary).waitUntilDrained()
    }

    /// Sends bytes, as a text if `binary` is false, and waits in the task while the client reads too slowly.
    nonisolated(nonsending) public final func writeMessage(_ bytes: [UInt8], binary: Bool = true) async throws {
        try await self.send(bytes, binary).waitUntilDrained()
    }

    /// Sends a message as what it is, and waits in the task while the client reads too slowly.
    nonisolated(nonsending) public final func writeMessage(_ message: WebSocketMessage) async throws {
        switch message {
        case .text(let text): try await self.writeMessage(text)
        case .binary(let bytes): try await self.writeMessage(bytes)
        }
    }

    /// Sends a value as JSON, and waits in the task while the client reads too slowly.
    nonisolated(nonsending) public final func writeMessage(_ value: some Encodable) async throws {
        try await self.writeMessage(try JSON.encode(value), binary: false)
    }

    private func send(_ text: String, _ binary: Bool) throws -> WebSocketConnection {
        let connection = try self.opened()
        try connection.send(text, binary: binary)
        return connection
    }

    private func send(_ bytes: [UInt8], _ binary: Bool) throws -> WebSocketConnection {
        let connection = try self.opened()
        try connection.send(bytes, binary: binary)
        return connection
    }

    /// Sends a ping; what the client answers goes to `onPong`.
    ///
    /// - Parameter data: 125 bytes at most.
    /// - Throws: ``WebSocketError`` if it is more, ``WebSocketClosedError``.
    public final func ping(_ data: [UInt8] = []) throws { try self.opened().ping(data) }

    /// Closes the connection: says so, and waits up to 5 seconds for the client's word before it goes.
    ///
    /// `onClose` is called afterwards. A connection that is closed is left as it is.
    public final func close() { (try? self.opened())?.close(WebSocketCloseReason(code: WebSocketCloseReason.none)) }

    /// Closes the connection with a code, and a reason for people.
    ///
    /// - Parameters:
    ///   - code: 1000 to 1003, 1007 to 1014 or 3000 to 4999; null is none, or 1000 if there is a reason.
    ///   - reason: 123 bytes of UTF-8 at most.
    /// - Throws: ``WebSocketError`` if a frame cannot carry these.
    public final func close(code: Int?, reason: String? = nil) throws {
        let reason = try WebSocketConnection.reason(code: code, reason: reason)
        (try? self.opened())?.close(reason)
    }

    /// Whether small messages are sent at once instead of being collected for a while by the system; they are unless told
    /// otherwise.
    public final func setNodelay(_ value: Bool) {
        (try? self.opened())?.setNodelay(value)
    }
}

extension WebSocketConnection {
    func send(_ text: String, binary: Bool) throws {
        var text = text
        try text.withUTF8 { try self.send($0, isText: !binary) }
    }

    func send(_ bytes: [UInt8], binary: Bool) throws {
        try bytes.withUnsafeBufferPointer { bytes in
            if !binary {
                var validator = UTF8Validator()
                guard validator.append(bytes), validator.isComplete else {
                    throw WebSocketError(
                        .badArgument,
                        "writeMessage(binary: false): the \(bytes.count) bytes are not UTF-8."
                    )
                }
            }
            try self.send(bytes, isText: !binary)
        }
    }

    func ping(_ data: [UInt8]) throws {
        guard self.state == .open else { throw WebSocketClosedError(code: self.closeCode) }
        guard data.count <= WebSocketFrameHeader.maxControlLength else {
            throw WebSocketError(.badArgument, "ping(): \(data.count) bytes; a ping carries 125 at most.")
        }
        data.withUnsafeBufferPointer { self.sendFrame(.ping, $0) }
    }

    func setNodelay(_ value: Bool) {
        guard self.state != .closed else { return }
        var number: Int32 = value ? 1 : 0
        setsockopt(
            self.transport.descriptor,
            Int32(IPPROTO_TCP),
            TCP_NODELAY,
            &number,
            socklen_t(MemoryLayout<Int32>.size)
        )
    }
}
