// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// Several addresses of a host, of which not all are good.
var connectChecks: [Check] {
    [
        Check("an address that does not answer holds nothing up for long") {
            let hole = try Blackhole()
            try with(ScriptServer.answering(ok("a"))) { server in
                let client = own([hole.address, server.address])
                let response = try client.fetch("http://two.example:81/")
                try expect(response.text, equals: "a")
                try expect(response.timeInfo.connect >= 0.28, "\(response.timeInfo)")
                try expect(response.timeInfo.namelookup <= response.timeInfo.connect, "\(response.timeInfo)")
                try expect(response.timeInfo.pretransfer >= response.timeInfo.connect, "\(response.timeInfo)")
                try expect(response.timeInfo.appconnect, equals: 0)
                try expect(client.connectionCount, equals: 1)
                try expect(server.requests[0].contains("Host: two.example:81\r\n"), server.requests[0])
                client.close()
                // As a callback.
                let other = own([hole.address, server.address])
                var text = ""
                other.fetch("http://two.example/") {
                    text = $0.text
                    IOLoop.current.stop()
                }
                try IOLoop.current.start()
                try expect(text, equals: "a")
                other.close()
            }
            hole.close()
        },
        Check(task: "an address that does not answer, in a task") {
            let hole = try Blackhole()
            let server = try ScriptServer.answering(ok("a"))
            let client = own([hole.address, hole.address, server.address])
            try expect(await client.fetch("http://three.example/").text, equals: "a")
            client.close()
            server.stop()
            hole.close()
        },
        Check("an address that refuses is followed by the next at once, the families in turn") {
            let closed = try closedPort()
            let six = SocketAddress(numeric: "::1", port: closed)
            let four = SocketAddress(numeric: "127.0.0.1", port: closed)
            try with(ScriptServer.answering(ok("a"))) { server in
                let client = own([six, six, four, server.address])
                try expect(client.fetch("http://four.example/").text, equals: "a")
                client.close()
            }
            // Where all fail, each is told of.
            let none = own([four, SocketAddress(numeric: "127.0.0.2", port: closed)])
            let error = try failure { try none.fetch("http://none.example/") }
            try expect(error.kind, equals: .refused)
            let tried = ["127.0.0.1:\(closed): Connection refused", "127.0.0.2:\(closed): Connection refused"]
            for words in ["none.example port 80"] + tried {
                try expect(error.description.contains(words), "\(error)")
            }
            none.close()
        },
        Check("where nobody answers in time, the error tells who") {
            let hole = try Blackhole()
            let refused = SocketAddress(numeric: "127.0.0.1", port: try closedPort())
            let client = own([hole.address, refused])
            let error = try failure { try client.fetch(HTTPRequest("http://two.example/", connectTimeout: 0.5)) }
            try expect(error.kind, equals: .connectTimeout)
            try expect(error.description.contains("no connection within 0.5 s"), "\(error)")
            try expect(error.description.contains("127.0.0.1:\(hole.port): no answer yet"), "\(error)")
            try expect(error.description.contains("127.0.0.1:\(refused?.port ?? 0): Connection refused"), "\(error)")
            try expect(client.connectionCount, equals: 0)
            client.close()
            hole.close()
        },
        Check("little time is shared by many addresses") {
            let hole = try Blackhole()
            try with(ScriptServer.answering(ok("a"))) { server in
                // With the usual head start the last one's turn would come after 4.8 s.
                let client = own(Array(repeating: hole.address, count: 16) + [server.address])
                try expect(client.fetch(HTTPRequest("http://many.example/", connectTimeout: 4)).text, equals: "a")
                client.close()
            }
            hole.close()
        },
        Check("what is given up while it connects leaves nothing open") {
            let hole = try Blackhole()
            let client = own([hole.address, hole.address])
            var kinds: [HTTPClientError.Kind?] = []
            for _ in 0..<3 { client.fetch("http://two.example/") { kinds.append($0.error?.kind) } }
            try pause(0.1)
            client.close()
            try pause(0.02)
            try expect(kinds, equals: [.clientClosed, .clientClosed, .clientClosed])
            hole.close()
        },
        Check("a resolver of one's own: no answer, no address, other hosts") {
            let silent = FixedResolver(nil)
            let client = AsyncHTTPClient(forceInstance: true, resolver: silent)
            let error = try failure { try client.fetch(HTTPRequest("http://a.example/", connectTimeout: 0.2)) }
            try expect(error.kind, equals: .lookupTimeout)
            try expect(silent.cancelled, equals: 1)
            client.close()
            let empty = own([])
            try expect(failure { try empty.fetch("http://a.example/") }.kind, equals: .connect)
            empty.close()
            try with(ScriptServer.answering(ok("a"))) { server in
                var settings = HTTPClientSettings()
                settings.hostnameMapping = ["shop.example": .host("127.0.0.1", port: Int(server.port))]
                let client = HTTPClient(settings: settings)
                try expect(client.fetch("http://shop.example/").text, equals: "a")
                try expect(server.requests[0].contains("Host: shop.example\r\n"), server.requests[0])
                client.close()
            }
        },
        Check(task: "a WebSocket takes the next address too") {
            let app = Application([.url("/echo", Echo.self)])
            let server = HTTPServer(app)
            let address = SocketAddress(localOf: try server.listen(0, address: "127.0.0.1").fd)
            let hole = try Blackhole()
            var options = WebSocketClientOptions()
            options.resolver = FixedResolver([hole.address, address])
            let socket = try await websocketConnect("ws://two.example/echo", options)
            try await socket.writeMessage("hello")
            try expect(await socket.readMessage()?.text, equals: "hello")
            socket.close()
            try expect(await socket.readMessage()?.text, equals: nil)
            options.resolver = FixedResolver([hole.address, hole.address])
            do {
                var request = HTTPRequest("ws://two.example/echo")
                request.connectTimeout = 0.3
                _ = try await websocketConnect(request, options)
                throw CheckFailure(description: "it is open")
            } catch let error as WebSocketError {
                try expect(error.description.contains("not open within 0.3 s"), "\(error)")
            }
            server.close()
            hole.close()
        },
    ]
}

/// A client of its own, for which every host has these addresses.
private func own(_ addresses: [SocketAddress?]) -> AsyncHTTPClient {
    AsyncHTTPClient(forceInstance: true, resolver: FixedResolver(addresses))
}

/// Says every message again.
final class Echo: AsyncWebSocketHandler {
    override func onMessage(_ message: WebSocketMessage) async throws { try await writeMessage(message) }
}
