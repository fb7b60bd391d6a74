// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Compression as the query asks for it: `?deflate=1&bits=9&takeover=0`.
func compression(_ handler: RequestHandler) -> WebSocketCompression? {
    guard (try? handler.getArgument("deflate")) != nil else { return nil }
    var options = WebSocketCompression()
    options.threshold = 1
    if let bits = (try? handler.getArgument("bits")).flatMap({ Int($0) }) {
        options.serverMaxWindowBits = bits
        options.clientMaxWindowBits = bits
    }
    if (try? handler.getArgument("takeover")) == "0" {
        options.serverNoContextTakeover = true
        options.clientNoContextTakeover = true
    }
    return options
}

/// Notes when it begins and ends.
class Noted: WebSocketHandler {
    override func open() throws { Seen.open += 1 }
    override func onClose() {
        Seen.open -= 1
        Seen.last = "\(closeCode ?? 0) \(closeReason ?? "-")"
    }
    override func getCompressionOptions() -> WebSocketCompression? { compression(self) }
    override func selectSubprotocol(_ subprotocols: [String]) -> String? {
        subprotocols.first { $0 == "second" || $0 == "chat" }
    }
}

class SyncEcho: Noted {
    override func onMessage(_ message: WebSocketMessage) throws { try writeMessage(message) }
}

/// Waits as a C library would.
final class BlockingEcho: Noted {
    override func onMessage(_ message: WebSocketMessage) throws {
        usleep(100_000)
        try writeMessage(message)
    }
}

final class LimitedEcho: Noted {
    override var maxMessageSize: Int { 64 * 1024 }
    override func onMessage(_ message: WebSocketMessage) throws { try writeMessage(message) }
}

final class AsyncEcho: AsyncWebSocketHandler {
    override func open() async throws { Seen.open += 1 }
    override func onClose() async {
        Seen.open -= 1
        Seen.last = "\(closeCode ?? 0) \(closeReason ?? "-")"
    }
    override func getCompressionOptions() -> WebSocketCompression? { compression(self) }
    override func onMessage(_ message: WebSocketMessage) async throws {
        if message.text == "wait" { try await Task.sleep(for: .milliseconds(50)) }
        try await writeMessage(message)
    }
}

/// Says what it was told: pings, pongs, and what it does on command.
final class Closing: Noted {
    override func onPing(_ data: [UInt8]) { try? writeMessage("ping \(String(decoding: data, as: UTF8.self))") }
    override func onPong(_ data: [UInt8]) { try? writeMessage("pong \(String(decoding: data, as: UTF8.self))") }
    override func onMessage(_ message: WebSocketMessage) throws {
        let words = (message.text ?? "").split(separator: " ").map(String.init)
        switch words.first {
        case "ping": try ping(Array("from here".utf8))
        case "close" where words.count == 1: close()
        case "close":
            do {
                try close(code: Int(words[1]), reason: words.dropFirst(2).joined(separator: " "))
            } catch {
                try writeMessage("\(error)")
            }
        case "nodelay":
            setNodelay(false)
            setNodelay(true)
            try writeMessage("\(pathArguments) \(request.path) \(request.remoteIP) \(selectedSubprotocol ?? "none")")
        case "json": try writeMessage(["a": 1])
        case "after":
            close()
            do { try writeMessage("more") } catch { Seen.last = "\(error)" }
        default: try writeMessage("what?")
        }
    }
}

final class Failing: Noted {
    struct Failure: Error {}
    override func onMessage(_ message: WebSocketMessage) throws { throw Failure() }
}

final class Pinging: Noted {
    override var pingInterval: Double? { 0.2 }
    override func onPong(_ data: [UInt8]) { try? writeMessage("pong") }
    override func onMessage(_ message: WebSocketMessage) throws {}
}

/// More than anybody reads.
final class Flood: Noted {
    override func onMessage(_ message: WebSocketMessage) throws {
        let piece = [UInt8](repeating: 7, count: 64 * 1024)
        for _ in 0..<1600 { try writeMessage(piece) }
        try writeMessage("end")
    }
}

final class AsyncFlood: AsyncWebSocketHandler {
    override func onMessage(_ message: WebSocketMessage) async throws {
        let piece = [UInt8](repeating: 7, count: 64 * 1024)
        for _ in 0..<1600 { try await writeMessage(piece) }
        try await writeMessage("end")
    }
}

/// Lets nobody from elsewhere in, and sets a field and a cookie.
final class Refusing: Noted {
    override func prepare() throws {
        if (try? getArgument("token")) != "yes" { throw HTTPError(401) }
        try setHeader("X-Seen", "yes")
    }
    override func checkOrigin(_ origin: String) -> Bool { origin == "https://friend.example" }
    override func onMessage(_ message: WebSocketMessage) throws { try writeMessage(message) }
}
