// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// Opens a WebSocket to `url`, and does there what `do` says, in the form that `form` names; answers with what came of it.
///
/// `echo` answers at once, and echoes until the end.
final class Call: RequestHandler {
    private var options: WebSocketClientOptions {
        get throws {
            var options = WebSocketClientOptions()
            options.maxMessageSize = Int(try getArgument("limit", default: "\(16 << 20)")) ?? 0
            options.subprotocols = try getArguments("protocol")
            options.compression = compression(self)
            options.pingInterval = Double(try getArgument("ping", default: ""))
            options.sslOptions = SSLOptions()
            options.sslOptions?.caCerts = try? getArgument("ca")
            return options
        }
    }

    override func get() throws {
        var request = HTTPRequest(try getArgument("url"))
        request.connectTimeout = Double(try getArgument("timeout", default: "5")) ?? 5
        for field in try getArguments("field") {
            let parts = field.split(separator: ":", maxSplits: 1).map(String.init)
            request.headers.add(parts[0], parts.count > 1 ? parts[1] : "")
        }
        let options = try self.options
        Seen.last = ""
        if try getArgument("do", default: "echo") == "echo" {
            Calls.echo(request, options)
            write("begun\n")
            return
        }
        autoFinish = false
        let words = try getArguments("say")
        switch try getArgument("form", default: "callback") {
        case "blocking" where !Greenlet.isAvailable: finish("no greenlets\n")
        case "blocking": Greenlet.spawn { self.report(Result { try Calls.talk(request, options, words) }) }
        case "async":
            IOLoop.current.spawn {
                do {
                    self.report(.success(try await Calls.talk(request, options, words)))
                } catch {
                    self.report(.failure(error))
                }
            }
        default: Calls.talk(request, options, words) { self.report($0) }
        }
    }

    private func report(_ result: Result<String, any Error>) {
        switch result {
        case .success(let text): finish("\(text)\n")
        case .failure(let error): finish("error: \(error)\n")
        }
    }
}

/// Clients: say some words, read as many messages, close, and read to the end.
enum Calls {
    static func echo(_ request: HTTPRequest, _ options: WebSocketClientOptions) {
        var options = options
        var socket: WebSocketClientConnection?
        options.onMessage = { message in
            if let message { return try socket?.writeMessage(message) ?? () }
            Seen.last = "client \(socket?.closeCode ?? 0) \(socket?.closeReason ?? "-")"
            socket = nil
        }
        websocketConnect(request, options) { result in
            do { socket = try result.get() } catch { Seen.last = "client \(error)" }
        }
    }

    private static func summary(_ socket: WebSocketClientConnection, _ heard: [String]) -> String {
        "\(heard.joined(separator: "|")) \(socket.closeCode ?? 0) \(socket.selectedSubprotocol ?? "none")"
    }

    private static func word(_ message: WebSocketMessage) -> String {
        message.text.map { $0.count > 100 ? "\($0.count) characters" : $0 } ?? "\(message.count) bytes"
    }

    static func talk(_ request: HTTPRequest, _ options: WebSocketClientOptions, _ words: [String]) throws -> String {
        let socket = try websocketConnect(request, options)
        var heard: [String] = []
        for said in words {
            try socket.writeMessage(said)
            if let message = try socket.readMessage() { heard.append(self.word(message)) }
        }
        try socket.close(code: 1000, reason: "done")
        while try socket.readMessage() != nil {}
        return self.summary(socket, heard)
    }

    static func talk(
        _ request: HTTPRequest,
        _ options: WebSocketClientOptions,
        _ words: [String]
    ) async throws -> String {
        let socket = try await websocketConnect(request, options)
        var heard: [String] = []
        for said in words {
            try await socket.writeMessage(said)
            if let message = try await socket.readMessage() { heard.append(self.word(message)) }
        }
        try socket.close(code: 1000, reason: "done")
        while try await socket.readMessage() != nil {}
        return self.summary(socket, heard)
    }

    /// With callbacks all the way.
    static func talk(
        _ request: HTTPRequest,
        _ options: WebSocketClientOptions,
        _ words: [String],
        _ done: @escaping (Result<String, any Error>) -> Void
    ) {
        var options = options
        var heard: [String] = []
        var rest = words[...]
        var socket: WebSocketClientConnection?
        func sayNext() throws {
            if let said = rest.popFirst() { try socket?.writeMessage(said) } else { try socket?.close(code: 1000) }
        }
        options.onMessage = { message in
            guard let message else { return done(.success(socket.map { self.summary($0, heard) } ?? "")) }
            heard.append(self.word(message))
            try sayNext()
        }
        websocketConnect(request, options) { result in
            switch result {
            case .success(let opened):
                socket = opened
                try sayNext()
            case .failure(let error): done(.failure(error))
            }
        }
    }
}
