// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// WebSockets beside the HTTP client, with which they share who is trusted.
var socketChecks: [Check] {
    [
        Check(task: "a WebSocket outlives the HTTP client, and the client it") {
            let server = try encryptedServer()
            let client = AsyncHTTPClient()
            let socket = try await websocketConnect(server.request("wss"))
            try expect(await socket.ask("one"), equals: "one")
            try expect(await client.fetch(server.request("https")).text, equals: "https")
            client.close()
            try expect(await socket.ask("two"), equals: "two")
            // The next of both begin anew.
            let next = try await websocketConnect(server.request("wss"))
            try expect(await next.ask("three"), equals: "three")
            let other = AsyncHTTPClient()
            try expect(await other.fetch(server.request("https")).text, equals: "https")
            socket.close()
            next.close()
            try expect(await socket.readMessage()?.text, equals: nil)
            try expect(await next.readMessage()?.text, equals: nil)
            try expect(await other.fetch(server.request("https")).text, equals: "https")
            try expect(other.connectionCount, equals: 1)
            server.server.close()
        },
        Check(task: "a client that is closed while a WebSocket shakes hands does not end it") {
            let server = try encryptedServer()
            let done = Event()
            var result: Result<WebSocketClientConnection, any Error>?
            websocketConnect(server.request("wss")) {
                result = $0
                done.set()
            }
            for _ in 0..<200 where result == nil {
                AsyncHTTPClient().close()
                _ = try await done.wait(timeout: 0.0005)
            }
            try await done.wait(timeout: 10)
            let socket = try result?.get()
            try expect(await socket?.ask("one"), equals: "one")
            socket?.close()
            try expect(await socket?.readMessage()?.text, equals: nil)
            server.server.close()
        },
        Check(task: "whom one trusts, the other need not") {
            let server = try encryptedServer()
            let careful = HTTPRequest(server.request("wss").url)
            var careless = careful
            careless.validateCert = false
            for _ in 0..<2 {
                let socket = try await websocketConnect(careless)
                try expect(await socket.ask("one"), equals: "one")
                socket.close()
                try expect(await socket.readMessage()?.text, equals: nil)
                do {
                    _ = try await websocketConnect(careful)
                    throw CheckFailure(description: "a stranger was trusted")
                } catch let error as WebSocketError {
                    try expect(error.description.contains("certificate verify failed"), "\(error)")
                }
                var fetch = HTTPRequest(server.request("https").url)
                do {
                    _ = try await AsyncHTTPClient().fetch(fetch)
                    throw CheckFailure(description: "a stranger was trusted")
                } catch let error as HTTPClientError {
                    try expect(error.kind, equals: .certificate)
                }
                fetch.validateCert = false
                try expect(await AsyncHTTPClient().fetch(fetch).text, equals: "https")
            }
            // A file that cannot be read is this connection's fault alone.
            var missing = careful
            missing.caCerts = "/nowhere/ca.pem"
            do {
                _ = try await websocketConnect(missing)
                throw CheckFailure(description: "there is no such file")
            } catch let error as WebSocketError {
                try expect(error.description.contains("/nowhere/ca.pem"), "\(error)")
            }
            var digest = careful
            digest.authMode = .digest
            digest.authUsername = "a"
            do {
                _ = try await websocketConnect(digest)
                throw CheckFailure(description: "it has told a password")
            } catch let error as WebSocketError {
                try expect(error.description.contains("authMode"), "\(error)")
            }
            server.server.close()
        },
    ]
}

private struct EncryptedServer {
    let server: HTTPServer
    let place: String

    /// A request that trusts the tests' own authority.
    func request(_ scheme: String) -> HTTPRequest {
        var request = HTTPRequest("\(scheme)://\(self.place)/\(scheme == "wss" ? "echo" : "")")
        request.caCerts = environment("FETCHAPP_CA")
        return request
    }
}

private func encryptedServer() throws -> EncryptedServer {
    let app = Application([.url("/echo", Echo.self)])
    app.get("/") { handler in handler.write("https") }
    var settings = HTTPServer.Settings()
    settings.sslOptions = SSLOptions(
        certfile: environment("FETCHAPP_SERVER_CERT") ?? "",
        keyfile: environment("FETCHAPP_SERVER_KEY")
    )
    let server = HTTPServer(app, settings: settings)
    let address = SocketAddress(localOf: try server.listen(0, address: "127.0.0.1").fd)
    return EncryptedServer(server: server, place: "localhost:\(address?.port ?? 0)")
}

extension WebSocketClientConnection {
    fileprivate func ask(_ text: String) async throws -> String? {
        try await self.writeMessage(text)
        return try await self.readMessage()?.text
    }
}
