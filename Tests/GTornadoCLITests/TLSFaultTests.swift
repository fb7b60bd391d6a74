// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// Clients that do not finish, do not speak TLS, or go away.
@Suite("A run under TLS with bad clients", .enabled(if: Certificates.canBeMade, "openssl is not installed"))
struct TLSFaultTests {
    private func start(_ server: Server, app: [String] = []) throws -> SecureRun {
        try SecureRun(
            SecureRun.flags() + ["--httpserver", server.rawValue],
            plugin: Fixture.plugin("detach", source: "detach.c"),
            app: app
        )
    }

    /// The beginning of a true handshake.
    private static let hello: [UInt8] = {
        let folder = (try? Place.makeFolder()) ?? URL(filePath: "/tmp")
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = """
            import ssl, sys
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            session = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
            try: session.do_handshake()
            except ssl.SSLWantReadError: pass
            print(outgoing.read().hex())
            """
        let text = (try? Tool.run(["-c", script], executable: "python3").output) ?? ""
        let digits = Array(text.utf8.dropLast())
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
    }()

    @Test("ends handshakes that are never finished", arguments: Server.allCases)
    func unfinished(server: Server) throws {
        let run = try self.start(server, app: ["1"])
        let hello = Self.hello
        try #require(hello.count > 100)
        let beginnings = [[], [0x16], Array(hello.prefix(60)), hello]
        let clients = try beginnings.map { bytes in
            let client = try RawClient(port: run.port)
            client.send(bytes)
            return client
        }
        for client in clients { #expect(client.receive(seconds: 20).isClosed) }
        #expect(try run.curl().output == "TLS taken 0 finished 0 lost 0 connections 1\n")
        try run.stop()
    }

    @Test("ends what is no handshake", arguments: Server.allCases)
    func garbage(server: Server) throws {
        let run = try self.start(server, app: ["1"])
        let inputs: [[UInt8]] = [
            Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), [UInt8](repeating: 0, count: 5000),
            [UInt8](repeating: 0xFF, count: 5000), [0x16, 3, 1, 0xFF, 0xFF], [0x80, 0x2E, 1, 3, 1],
            Array(Self.hello.prefix(90)) + [UInt8](repeating: 0x41, count: 2000),
        ]
        for input in inputs {
            let client = try RawClient(port: run.port)
            client.send(input)
            #expect(client.receive(seconds: 20).isClosed)
            let slow = try RawClient(port: run.port)
            slow.sendByteByByte(Array(input.prefix(200)))
            #expect(slow.receive(seconds: 20).isClosed)
        }
        #expect(try run.curl().output == "TLS taken 0 finished 0 lost 0 connections 1\n")
        try run.stop()
    }

    @Test("outlives clients that go away in the handshake", arguments: Server.allCases)
    func goneAway(server: Server) throws {
        let run = try self.start(server)
        let hello = Self.hello
        #expect(try run.curl().output == "TLS taken 0 finished 0 lost 0 connections 1\n")
        let before = run.process.descriptorCount
        for index in 0..<100 {
            let client = try RawClient(port: run.port)
            client.send(Array(hello.prefix(index * hello.count / 99)))
            if index % 2 == 0 { client.closeSending() }
        }
        for _ in 0..<500 where run.process.descriptorCount > before { usleep(20_000) }
        // What watches the loop may have opened a file meanwhile.
        #expect(run.process.descriptorCount < before + 10)
        #expect(try run.curl().output == "TLS taken 0 finished 0 lost 0 connections 1\n")
        try run.stop()
    }

    @Test("keeps bodies whole that clients send and read by fits and starts", arguments: Server.allCases)
    func bodies(server: Server) throws {
        let run = try self.start(server)
        // Requests one behind the other, faster than they are read: more lies ready than fits anywhere on the way.
        let script = """
            import random, select, socket, ssl, sys, time
            context = ssl.create_default_context(cafile=sys.argv[2])
            plain = socket.socket()
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            plain.settimeout(60)
            plain.connect(("127.0.0.1", int(sys.argv[1])))
            client = context.wrap_socket(plain, server_hostname="localhost")
            client.setblocking(False)
            chance = random.Random(1)
            bodies = [chance.randbytes(size) for size in (1, 16384, 300000, 1000000, 70000, 5, 250000, 40000)] * 2
            head = b"POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: %d\\r\\n\\r\\n"
            unsent = memoryview(b"".join(head % len(body) + body for body in bodies))
            text = b""
            # One thread: two may not use a session of OpenSSL's at once.
            def more():
                global text, unsent
                full = False
                try:
                    if unsent: unsent = unsent[client.send(unsent):]
                except ssl.SSLWantWriteError: full = True
                except ssl.SSLWantReadError: pass
                try:
                    piece = client.recv(chance.choice((100, 5000, 65536)))
                    assert piece, "closed"
                    text += piece
                except ssl.SSLWantReadError:
                    if full or not unsent:
                        assert any(select.select([client], [client] if unsent else [], [], 60)), "nothing came for 60 s"
                if chance.random() < 0.01: time.sleep(0.02)
            for body in bodies:
                while b"\\r\\n\\r\\n" not in text: more()
                at = text.index(b"\\r\\n\\r\\n") + 4
                assert text.startswith(b"HTTP/1.1 200") and b"Content-Length: %d\\r" % len(body) in text[:at], text[:at]
                while len(text) < at + len(body): more()
                assert text[at:at + len(body)] == body
                text = text[at + len(body):]
            assert not unsent
            print("whole", len(text))
            """
        let result = try run.python(script)
        #expect(result.output == "whole 0\n", "\(result.errors)")
        try run.stop()
    }
}
