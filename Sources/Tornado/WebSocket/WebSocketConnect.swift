// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TornadoCore

/// Opens a WebSocket; the callback is told of it.
///
/// ```swift
/// websocketConnect(HTTPRequest("ws://localhost:8888/echo")) { result in
///     try result.get().writeMessage("hello")
/// }
/// ```
///
/// - Parameters:
///   - request: The URL, `ws:` or `wss:`, fields to send with the handshake, and in `connectTimeout` the seconds until that must
///     be done.
///   - options: What to offer, and limits.
///   - callback: Called once by the loop, never inside this call. What it throws is logged.
public func websocketConnect(
    _ request: HTTPRequest,
    _ options: WebSocketClientOptions = WebSocketClientOptions(),
    callback: @escaping (Result<WebSocketClientConnection, any Error>) throws -> Void
) {
    let loop = IOLoop.current
    WebSocketConnector(loop, request, options) { result in loop.spawnCallback { try callback(result) } }.begin()
}

/// Opens a WebSocket; suspends the task, which must be on a loop's thread, until it is open.
///
/// - Parameters:
///   - request: The URL, fields to send with the handshake, and in `connectTimeout` the seconds until that must be done.
///   - options: What to offer, and limits.
/// - Returns: The open connection.
/// - Throws: ``WebSocketError``; `CancellationError` if the task is cancelled.
nonisolated(nonsending) public func websocketConnect(
    _ request: HTTPRequest,
    _ options: WebSocketClientOptions = WebSocketClientOptions()
) async throws -> WebSocketClientConnection {
    let loop = IOLoop.current
    var result: Result<WebSocketClientConnection, any Error>?
    let done = Event()
    let connector = WebSocketConnector(loop, request, options) {
        result = $0
        done.set()
    }
    connector.begin()
    do {
        try await done.wait()
    } catch {
        connector.cancel()
        if case .success(let connection) = result { connection.close() }
        throw error
    }
    guard let result else { throw CancellationError() }
    return try result.get()
}

/// Opens a WebSocket; suspends the greenlet until it is open.
///
/// Outside of greenlets it runs the loop meanwhile, if that does not run yet.
///
/// - Parameters:
///   - request: The URL, fields to send with the handshake, and in `connectTimeout` the seconds until that must be done.
///   - options: What to offer, and limits.
/// - Returns: The open connection.
/// - Throws: ``WebSocketError``; why the caller cannot wait, or what was thrown into it meanwhile.
public func websocketConnect(
    _ request: HTTPRequest,
    _ options: WebSocketClientOptions = WebSocketClientOptions()
) throws -> WebSocketClientConnection {
    try WebSocketWait.run { try await websocketConnect(request, options) }
}

/// Opens a WebSocket to a URL; the callback is told of it.
public func websocketConnect(
    _ url: String,
    _ options: WebSocketClientOptions = WebSocketClientOptions(),
    callback: @escaping (Result<WebSocketClientConnection, any Error>) throws -> Void
) {
    websocketConnect(HTTPRequest(url), options, callback: callback)
}

/// Opens a WebSocket to a URL; suspends the task until it is open.
nonisolated(nonsending) public func websocketConnect(
    _ url: String,
    _ options: WebSocketClientOptions = WebSocketClientOptions()
) async throws -> WebSocketClientConnection {
    try await websocketConnect(HTTPRequest(url), options)
}

/// Opens a WebSocket to a URL; suspends the greenlet until it is open.
public func websocketConnect(
    _ url: String,
    _ options: WebSocketClientOptions = WebSocketClientOptions()
) throws -> WebSocketClientConnection {
    try websocketConnect(HTTPRequest(url), options)
}

/// The blocking forms.
enum WebSocketWait {
    /// Waits in a greenlet; else runs the loop, if it does not run.
    static func run<Value>(_ body: @escaping () async throws -> Value) throws -> Value {
        let loop = IOLoop.current
        if Greenlet.isAvailable || loop.isRunning { return try Greenlet.wait(body) }
        return try loop.runSync(timeout: nil, body)
    }
}
