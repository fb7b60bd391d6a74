// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// The page: open it in two windows.
final class Page: RequestHandler {
    override func get() throws { write(Self.page) }

    private static let page = """
        <!doctype html>
        <title>Chat</title>
        <form><input name="line" autofocus autocomplete="off"> <button>Say</button></form>
        <ol></ol>
        <script>
        const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/chat`);
        socket.onmessage = event => {
            const item = document.createElement("li");
            item.textContent = event.data;
            document.querySelector("ol").append(item);
        };
        document.forms[0].onsubmit = event => {
            event.preventDefault();
            socket.send(document.forms[0].line.value);
            document.forms[0].reset();
        };
        </script>
        """
}

/// What one says all hear.
final class Chat: WebSocketHandler {
    // On the loop's thread only, as all handlers are.
    private nonisolated(unsafe) static var members: [ObjectIdentifier: Chat] = [:]

    override func open() throws {
        Self.members[ObjectIdentifier(self)] = self
        self.tellAll("Somebody has come; we are \(Self.members.count).")
    }

    override func onMessage(_ message: WebSocketMessage) throws {
        if let line = message.text, !line.isEmpty { self.tellAll(line) }
    }

    override func onClose() {
        Self.members[ObjectIdentifier(self)] = nil
        self.tellAll("Somebody has gone; we are \(Self.members.count).")
    }

    private func tellAll(_ line: String) {
        // Who has just gone, or reads too slowly, misses it.
        for member in Array(Self.members.values) { try? member.writeMessage(line) }
    }
}

/// Says everything again, compressed if the client can.
final class Echo: AsyncWebSocketHandler {
    override func getCompressionOptions() -> WebSocketCompression? { WebSocketCompression() }

    override func onMessage(_ message: WebSocketMessage) async throws {
        try await writeMessage(message)
    }
}

func serve() throws {
    var settings = Application.Settings()
    settings.websocketPingInterval = 30
    let routes: [URLSpec] = [.url("/", Page.self), .url("/chat", Chat.self), .url("/echo", Echo.self)]
    try Application(routes, settings: settings).listen(8888)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("websocket", main: serve) }
