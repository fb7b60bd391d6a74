// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// Connections that the app takes over, from each server, plain and under TLS.
@Suite("Connections that are taken over", .enabled(if: Tool.exists("python3"), "python3 is not installed"))
struct DetachTests {
    /// A thousand of them: with and without bytes sent ahead, after another request, taken at once and later, closed by
    /// either side.
    private static let script = """
        import os, socket, ssl, sys, time
        port, authority, pid = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        context = ssl.create_default_context(cafile=authority) if authority else None
        head = b"HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n"
        def connect():
            plain = socket.create_connection(("127.0.0.1", port), 20)
            return context.wrap_socket(plain, server_hostname="localhost") if context else plain
        def read(client, count):
            text = b""
            while len(text) < count:
                piece = client.recv(65536)
                assert piece, text
                text += piece
            return text
        def rest(client):
            text = b""
            try:
                while piece := client.recv(65536): text += piece
            except ssl.SSLEOFError:
                pass
            return text
        def state():
            with connect() as client:
                client.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n")
                return rest(client).split(b"\\r\\n\\r\\n")[1].decode().strip()
        descriptors = lambda: len(os.listdir(f"/proc/{pid}/fd"))
        state()
        before = descriptors()
        for index in range(1000):
            with connect() as client:
                if index % 5 == 0:
                    client.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
                    text = b""
                    while not (b"connections" in text and text.endswith(b"\\n")): text += read(client, 1)
                    assert text.startswith(b"HTTP/1.1 200")
                path = (b"/upgrade", b"/later")[index % 2]
                early = b"early" if index % 3 == 0 else b""
                request = b"GET %s HTTP/1.1\\r\\nHost: a\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n"
                client.sendall(request % path + early)
                assert read(client, len(head + early)) == head + early
                client.sendall(b"hello" * 3000)
                assert read(client, 15000) == b"hello" * 3000
                if index % 4:
                    client.sendall(b"bye")
                    assert rest(client) == b""
        for _ in range(200):
            if descriptors() <= before: break
            time.sleep(0.02)
        # What watches the loop may have opened a file meanwhile.
        print(state(), "leaked", descriptors() > before + 10)
        """

    @Test("are the app's alone, and leave nothing behind", arguments: Server.allCases)
    func plain(server: Server) throws {
        let plugin = try Fixture.plugin("detach", source: "detach.c")
        let process = try Tool.start(["run", "-b", "127.0.0.1:0", "--httpserver", server.rawValue, plugin])
        let line = try process.line(with: "listening on http://127.0.0.1:")
        let port = try #require(line.dropLast().split(separator: ":").last)
        let result = try Tool.run(["-c", Self.script, "\(port)", "", "\(process.pid)"], executable: "python3")
        #expect(
            result.output == "plain taken 1000 finished 1000 lost 0 connections 1 leaked False\n",
            "\(result.errors)\(process.output)"
        )
        process.send(SIGTERM)
        #expect(try process.wait() == .exited(0))
    }

    @Test(
        "are the same under TLS",
        .enabled(if: Certificates.canBeMade, "openssl is not installed"),
        arguments: Server.allCases
    )
    func secure(server: Server) throws {
        let plugin = try Fixture.plugin("detach", source: "detach.c")
        let run = try SecureRun(SecureRun.flags() + ["--httpserver", server.rawValue], plugin: plugin)
        let result = try run.python(Self.script, "\(run.process.pid)")
        #expect(
            result.output == "TLS taken 1000 finished 1000 lost 0 connections 1 leaked False\n",
            "\(result.errors)\(run.process.output)"
        )
        try run.stop()
    }
}
