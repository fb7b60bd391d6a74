// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import ProviderKit
import Synchronization
import TestKit
import Testing
import Tornado

/// Greets with what came behind the request, then sends back whatever comes, until the client's end.
private final class EchoHandler: RequestHandler {
    override func get() throws {
        let connection = try detach()
        var transport = connection.transport
        _ = Self.send("raw \(String(decoding: connection.unread, as: UTF8.self))", transport)
        func serve() throws {
            var room = [UInt8](repeating: 0, count: 1000)
            repeat {
                switch room.withUnsafeMutableBytes({ transport.receive(into: $0) }) {
                case .bytes(let count):
                    _ = Self.send("echo \(String(decoding: room.prefix(count), as: UTF8.self))", transport)
                case .again:
                    return
                case .end, .failed:
                    _ = transport.shutdown()
                    try IOLoop.current.removeHandler(connection.fd)
                    transport.close()
                    return
                }
            } while true
        }
        try IOLoop.current.addHandler(connection.fd, .read) { _, _ in try serve() }
        try serve()
    }

    private static func send(_ text: String, _ transport: Transport) -> Transport.Outcome {
        Array(text.utf8).withUnsafeBytes { transport.send($0) }
    }
}

/// Connections that handlers take over, with the transport that only the package sees.
@Suite(.enabled(if: Certificates.canBeMade, "no openssl"))
struct DetachTests {
    /// What a client got that sends a request and `early` at once, and `late` afterwards.
    private static func conversation(encrypted: Bool) throws -> String {
        let certificates = try Certificates.shared.get()
        var settings = HTTPServer.Settings()
        if encrypted {
            let own = certificates.server
            settings.sslOptions = SSLOptions(certfile: own.certificate, keyfile: own.key)
        }
        let server = HTTPServer(Application([.url("/", EchoHandler.self)]), settings: settings)
        let address = try server.listen(0, address: "127.0.0.1").address
        let port = address.split(separator: ":").last ?? ""
        let python = try #require(Place.program("python3"), "the client needs python3: apt-get install python3")
        let trusted = encrypted ? [certificates.authority] : []
        let process = try ChildProcess([python, "-c", Self.client, String(port)] + trusted)
        let loop = IOLoop.current
        func look() {
            if (try? process.wait(seconds: 0)) != nil { return loop.stop() }
            _ = loop.callLater(0.05) { look() }
        }
        look()
        try loop.start()
        server.close()
        return process.output + process.errors
    }

    private static let client = """
        import socket, ssl, sys
        stream = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=30)
        if len(sys.argv) > 2:
            stream = ssl.create_default_context(cafile=sys.argv[2]).wrap_socket(stream, server_hostname="localhost")
        def read(size):
            got = b""
            while len(got) < size:
                more = stream.recv(100)
                if not more: break
                got += more
            return got.decode()
        stream.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\nearly")
        print(read(9), end=" ")
        stream.sendall(b"late")
        print(read(9), end=" ")
        (stream.unwrap() if len(sys.argv) > 2 else stream).shutdown(1)
        print(stream.recv(100) if len(sys.argv) < 3 else "end")
        """

    @Test(arguments: [false, true])
    func transportsCarryOn(encrypted: Bool) throws {
        let result = Mutex<Result<String, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        // A thread of its own, whose loop ends with it.
        Thread {
            let said = Result { try Self.conversation(encrypted: encrypted) }
            result.withLock { $0 = said }
            done.signal()
        }.start()
        #expect(done.wait(timeout: .now() + 60) == .success)
        let said = try #require(result.withLock { $0 }).get()
        #expect(said == (encrypted ? "raw early echo late end\n" : "raw early echo late b''\n"), "\(said)")
    }
}
