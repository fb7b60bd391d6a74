// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// The measured echo, as a user would write it.
final class Echo: WebSocketHandler {
    override func onMessage(_ message: WebSocketMessage) throws {
        try writeMessage(message)
    }
}

func serve() throws {
    // The first argument is the port, where the app runs by itself; under gtornado --http-socket says it.
    let port = CommandLine.arguments.count == 2 ? Int(CommandLine.arguments[1]) : nil
    let app = Application([.url("/ws", Echo.self)])
    try app.listen(port ?? 8888, address: "127.0.0.1")
    try IOLoop.current.start()
}

/// What gtornado calls.
@c @implementation
public func gtornado_plugin_v1() -> GTornadoPlugin { .app("bench_websocket", main: serve) }
