// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// Real runs under TLS, talked to by curl, openssl and Python.
@Suite("A run that speaks TLS", .enabled(if: Certificates.canBeMade, "openssl is not installed"))
struct TLSTests {
    private func start(_ server: SecureServer, _ flags: [String] = []) throws -> SecureRun {
        try SecureRun(on: server, SecureRun.flags() + flags)
    }

    @Test("answers by its certificate, and refuses who speaks none", arguments: SecureServer.allCases)
    func answers(server: SecureServer) throws {
        let run = try self.start(server)
        #expect(try run.curl().output == server.hello)
        #expect(try run.curl(path: server.slow.path).output == server.slow.body)
        #expect(try run.curl("--http1.0").output == server.hello)
        #expect(try run.handshake("-verify_return_error", "-verify_hostname", "localhost").contains("Verification: OK"))
        #expect(try run.handshake("-alpn", "h2,http/1.1").contains("ALPN protocol: http/1.1"))
        let client = try RawClient(port: run.port)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let (text, isClosed) = client.receive()
        #expect(isClosed)
        #expect(text.hasPrefix("HTTP/1.1 400 ") && text.contains("https"), "\(text)")
        #expect(!text.contains(server.hello), "nobody is served in the clear")
        try run.stop()
    }

    @Test("says by what it speaks, if it is to say more")
    func verbose() throws {
        let run = try SecureRun(SecureRun.flags() + ["--verbose"])
        let line = try run.process.line(with: "tls: OpenSSL ")
        try Snapshot.check(line + "\n", "tls/verbose")
        try run.stop()
        let plain = try Tool.start(["run", "-b", "127.0.0.1:0", "--verbose", Fixture.plugin()])
        try plain.line(with: "listening on http://")
        #expect(!plain.errors.contains("tls: "))
        plain.send(SIGTERM)
        try plain.wait()
    }

    @Test("takes its options from variables too, and flags count before them")
    func variables() throws {
        let certificates = try Certificates.shared.get()
        let environment = [
            "GTORNADO_TLS_CERT": "\(certificates.server.certificate), \(certificates.second.certificate)",
            "GTORNADO_TLS_KEY": "\(certificates.server.key), \(certificates.second.key)",
            "GTORNADO_TLS_MIN": "1.3",
        ]
        let run = try SecureRun([], environment: environment)
        #expect(try run.curl().output == "hello from C\n")
        #expect(try run.curl(host: "second.example").output == "hello from C\n")
        #expect(try run.handshake("-tls1_2").contains("alert protocol version"))
        try run.stop()
        let other = try SecureRun(
            ["--tls-cert", certificates.second.certificate, "--tls-key", certificates.second.key, "--tls-min", "1.2"],
            environment: environment
        )
        #expect(try other.curl(host: "second.example").output == "hello from C\n")
        #expect(try other.handshake("-tls1_2").contains("Protocol  : TLSv1.2"))
        try other.stop()
    }

    @Test("takes the key from the certificate's file")
    func keyInside() throws {
        let pair = try Certificates.shared.get().server
        let both = try [pair.certificate, pair.key].map { [UInt8](try Data(contentsOf: URL(filePath: $0))) }
        let run = try SecureRun(["--tls-cert", Fixture.file("both.pem", both[0] + both[1])])
        #expect(try run.curl().output == "hello from C\n")
        try run.stop()
    }

    @Test("has a certificate for each name that clients ask for", arguments: SecureServer.allCases)
    func names(server: SecureServer) throws {
        let second = try Certificates.shared.get().second
        let run = try self.start(server, ["--tls-cert", second.certificate, "--tls-key", second.key])
        for host in ["localhost", "second.example", "www.second.example"] {
            #expect(try run.curl(host: host).output == server.hello, "\(host)")
        }
        #expect(try run.handshake("-servername", "second.example").contains("subject=CN = second.example"))
        #expect(try run.handshake("-servername", "unknown.example").contains("subject=CN = localhost"))
        #expect(try run.handshake("-noservername").contains("subject=CN = localhost"))
        try run.stop()
    }

    @Test("asks clients for certificates", arguments: SecureServer.allCases, ["optional", "required"])
    func clients(server: SecureServer, verification: String) throws {
        let certificates = try Certificates.shared.get()
        let run = try self.start(server, ["--tls-ca", certificates.authority, "--tls-verify", verification])
        let good = certificates.client
        #expect(try run.curl("--cert", good.certificate, "--key", good.key).output == server.hello)
        let none = try run.curl()
        #expect((none.output == server.hello) == (verification == "optional"), "\(none.errors)")
        let bad = certificates.strangerClient
        let stranger = try run.curl("--cert", bad.certificate, "--key", bad.key)
        #expect(stranger.output == "")
        #expect(stranger.end != .exited(0))
        #expect(try run.curl("--cert", good.certificate, "--key", good.key).output == server.hello)
        try run.stop()
    }

    @Test("speaks no version older than it is told", arguments: SecureServer.allCases)
    func versions(server: SecureServer) throws {
        let usual = try self.start(server)
        #expect(try usual.handshake("-tls1_2").contains("Protocol  : TLSv1.2"))
        #expect(try usual.handshake("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0").contains("alert protocol version"))
        try usual.stop()
        let new = try self.start(server, ["--tls-min", "1.3"])
        #expect(try new.handshake("-tls1_2").contains("alert protocol version"))
        #expect(try new.handshake("-tls1_3").contains("New, TLSv1.3"))
        #expect(try new.curl("--tls-max", "1.2").end == .exited(35))
        #expect(try new.curl().output == server.hello)
        try new.stop()
    }

    @Test("resumes sessions", arguments: SecureServer.allCases, ["TLSv1_2", "TLSv1_3"])
    func resumption(server: SecureServer, version: String) throws {
        let run = try self.start(server)
        let script = """
            import socket, ssl, sys
            context = ssl.create_default_context(cafile=sys.argv[2])
            context.minimum_version = context.maximum_version = ssl.TLSVersion[sys.argv[3]]
            session = None
            for index in range(5):
                with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20) as plain:
                    with context.wrap_socket(plain, server_hostname="localhost", session=session) as secure:
                        secure.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
                        assert secure.recv(4096).startswith(b"HTTP/1.1 200")
                        print(secure.session_reused, end=" ")
                        session = secure.session
            """
        let result = try run.python(script, version)
        #expect(result.output == "False True True True True ", "\(result.errors)")
        try run.stop()
    }

    @Test("tells the end by TLS's own word", arguments: SecureServer.allCases)
    func endOfSession(server: SecureServer) throws {
        let run = try self.start(server)
        // Python fails at an end without the word.
        let script = """
            import socket, ssl, sys
            context = ssl.create_default_context(cafile=sys.argv[2])
            plain = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
            secure = context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)
            secure.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n")
            text = b""
            while piece := secure.recv(4096): text += piece
            print(text.split(b"\\r\\n\\r\\n")[1].decode(), end="")
            """
        let result = try run.python(script)
        #expect(result.output == server.hello, "\(result.errors)")
        try run.stop()
    }

    @Test("serves hello_c", arguments: Server.allCases)
    func example(server: Server) throws {
        let plugin = try Fixture.plugin("example", source: "../../../Examples/hello_c/hello.c")
        let run = try SecureRun(SecureRun.flags() + ["--httpserver", server.rawValue], plugin: plugin)
        #expect(try run.curl().output == "Hello, world")
        #expect(try run.curl("-w", "%{http_code}", path: "/nowhere").output == "There is only / here.\n404")
        try run.stop()
    }

    @Test("replaces what the app says of TLS")
    func replaces() throws {
        let certificates = try Certificates.shared.get()
        let app = ["APP_CERT": certificates.second.certificate, "APP_KEY": certificates.second.key]
        let own = try SecureRun([], environment: app)
        #expect(try own.curl(host: "second.example").output == "hello from C\n")
        try own.stop()
        let replaced = try SecureRun(SecureRun.flags(), environment: app)
        #expect(try replaced.curl().output == "hello from C\n")
        try replaced.stop()
    }

    @Test("on all of its addresses")
    func addresses() throws {
        let run = try SecureRun(SecureRun.flags() + ["-b", "[::1]:0"])
        let line = try run.process.line(with: "listening on https://[::1]:")
        #expect(try run.curl().output == "hello from C\n")
        let url = String(line.dropFirst("listening on ".count))
        let result = try Tool.run(
            ["-sS", "-g", "--max-time", "20", "--cacert", run.certificates.authority, url],
            executable: "curl"
        )
        #expect(result.output == "hello from C\n", "\(result.errors)")
        try run.stop()
    }
}
