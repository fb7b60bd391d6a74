// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// SIGHUP: certificates are read again.
@Suite("SIGHUP under TLS", .enabled(if: Certificates.canBeMade, "openssl is not installed"))
struct TLSReloadTests {
    /// A certificate's files that a test may change.
    private struct Files {
        let folder: URL
        var certificate: String { self.folder.appending(path: "server.pem").path }
        var key: String { self.folder.appending(path: "server.key").path }
        var flags: [String] { ["--tls-cert", self.certificate, "--tls-key", self.key] }

        init(_ pair: Certificates.Pair) throws {
            self.folder = try Place.makeFolder()
            try self.write(pair)
        }

        func write(_ pair: Certificates.Pair) throws {
            try self.write(certificate: pair.certificate, key: pair.key)
        }

        func write(certificate: String, key: String) throws {
            try Data(contentsOf: URL(filePath: certificate)).write(to: URL(filePath: self.certificate))
            try Data(contentsOf: URL(filePath: key)).write(to: URL(filePath: self.key))
        }

        func remove() {
            try? FileManager.default.removeItem(at: self.folder)
        }
    }

    private static let good = "SIGHUP: certificates were read again"

    /// Sends the signal, and waits until that many lines say these words.
    private func reload(_ run: SecureRun, _ words: String = Self.good, count: Int = 1) throws {
        run.process.send(SIGHUP)
        for _ in 0..<2000 where run.process.errors.components(separatedBy: words).count - 1 < count { usleep(10_000) }
        #expect(run.process.errors.components(separatedBy: words).count - 1 == count, "\(run.process.errors)")
    }

    @Test("has new connections use new certificates", arguments: SecureServer.allCases)
    func reads(server: SecureServer) throws {
        let certificates = try Certificates.shared.get()
        let files = try Files(certificates.server)
        defer { files.remove() }
        let run = try SecureRun(on: server, files.flags)
        #expect(try run.handshake().contains("subject=CN = localhost"))
        try files.write(certificates.second)
        try self.reload(run)
        #expect(try run.handshake().contains("subject=CN = second.example"))
        #expect(try run.curl(host: "second.example").output == server.hello)
        try files.write(certificates.server)
        try self.reload(run, count: 2)
        #expect(try run.curl().output == server.hello)
        let lines = run.process.errors.split(separator: "\n").filter { $0.hasPrefix("SIGHUP") }
        try Snapshot.check(lines.joined(separator: "\n") + "\n", "tls/reloaded")
        try run.stop()
    }

    @Test("comes when the loop runs, if it was told to before", arguments: [SecureServer.ownServer, .ownBoth])
    func signalBeforeTheLoop(server: SecureServer) throws {
        let certificates = try Certificates.shared.get()
        let files = try Files(certificates.server)
        defer { files.remove() }
        let run = try SecureRun(on: server, files.flags, environment: ["WEBAPP_HANGUP": "1"])
        _ = try run.process.line(with: Self.good)
        #expect(try run.curl().output == server.hello)
        try run.stop()
    }

    @Test("leaves all as it was if the new files are bad", arguments: SecureServer.allCases)
    func badFiles(server: SecureServer) throws {
        let certificates = try Certificates.shared.get()
        let files = try Files(certificates.server)
        defer { files.remove() }
        let run = try SecureRun(on: server, files.flags)
        let mistakes: [() throws -> Void] = [
            { try Data("half of a cert".utf8).write(to: URL(filePath: files.certificate)) },
            { try files.write(certificate: certificates.server.certificate, key: certificates.second.key) },
            { try FileManager.default.removeItem(atPath: files.key) },
        ]
        for (index, mistake) in mistakes.enumerated() {
            try mistake()
            try self.reload(run, "SIGHUP: certificates stay as they were", count: index + 1)
            #expect(try run.curl().output == server.hello)
        }
        try files.write(certificates.second)
        try self.reload(run)
        #expect(try run.curl(host: "second.example").output == server.hello)
        let lines = run.process.errors.split(separator: "\n").filter { $0.contains("stay as they were") }
        let text = lines.joined(separator: "\n").replacing(files.folder.path, with: "FILES") + "\n"
        try Snapshot.check(text, "tls/not-reloaded")
        try run.stop()
    }

    @Test("loses no request, and ends no connection", arguments: SecureServer.allCases)
    func load(server: SecureServer) throws {
        let certificates = try Certificates.shared.get()
        let files = try Files(certificates.server)
        defer { files.remove() }
        let run = try SecureRun(on: server, files.flags)
        // Half of the clients keep their connection for all requests, the rest take a new one for each.
        let script = """
            import http.client, os, ssl, sys, threading
            port, lost, seen, done = int(sys.argv[1]), [], set(), [0] * 6
            context = ssl.create_default_context(cafile=sys.argv[2])
            context.check_hostname = False
            def connect():
                client = http.client.HTTPSConnection("localhost", port, timeout=20, context=context)
                client.connect()
                seen.add(dict(name[0] for name in client.sock.getpeercert()["subject"])["commonName"])
                return client
            def run(index):
                try:
                    client = connect()
                    while not (os.path.exists(sys.argv[3]) and done[index]):
                        if index % 2:
                            client.close()
                            client = connect()
                        client.request("GET", sys.argv[4] if index == 0 else "/")
                        body = client.getresponse().read()
                        if body != sys.argv[5 if index == 0 else 6].encode(): lost.append(body)
                        done[index] += 1
                except Exception as error:
                    lost.append(repr(error))
            threads = [threading.Thread(target=run, args=(index,)) for index in range(6)]
            [thread.start() for thread in threads]; print("started", flush=True); [thread.join() for thread in threads]
            print("all", min(done) > 0, "lost", lost, sorted(seen))
            """
        let end = files.folder.appending(path: "end")
        let clients = try Tool.start(
            [
                "-c", script, "\(run.port)", certificates.authority, end.path, server.slow.path, server.slow.body,
                server.hello,
            ],
            executable: "python3"
        )
        try clients.line(with: "started")
        for index in 1...10 {
            try files.write(index % 2 == 1 ? certificates.second : certificates.server)
            try self.reload(run, count: index)
            usleep(150_000)
        }
        try Data().write(to: end)
        try clients.wait()
        #expect(clients.output.hasSuffix("all True lost [] ['localhost', 'second.example']\n"), "\(clients.output)")
        try run.stop()
    }

    @Test("reads the files of an app's own settings too")
    func appsOwn() throws {
        let certificates = try Certificates.shared.get()
        let files = try Files(certificates.server)
        defer { files.remove() }
        let run = try SecureRun([], environment: ["APP_CERT": files.certificate, "APP_KEY": files.key])
        #expect(try run.curl().output == "hello from C\n")
        try files.write(certificates.second)
        try self.reload(run)
        #expect(try run.curl(host: "second.example").output == "hello from C\n")
        try Data("no PEM".utf8).write(to: URL(filePath: files.certificate))
        try self.reload(run, "SIGHUP: certificates stay as they were")
        #expect(try run.curl(host: "second.example").output == "hello from C\n")
        try run.stop()
    }

    @Test("is said in JSON where the log is JSON")
    func json() throws {
        let run = try SecureRun(SecureRun.flags() + ["--log-format", "json"])
        // Before its loop runs, the signal would end it.
        #expect(try run.curl().output == "hello from C\n")
        run.process.send(SIGHUP)
        let line = try run.process.line(with: "SIGHUP")
        try Snapshot.check(line + "\n", "tls/reloaded-json")
        try run.stop()
    }

    @Test("is left to an app that handles it itself")
    func handled() throws {
        let run = try SecureRun(SecureRun.flags(), environment: ["APP_HUP": "1"])
        try run.process.line(with: "the app handles SIGHUP itself")
        run.process.send(SIGHUP)
        try run.process.line(with: "the app has SIGHUP")
        #expect(!run.process.errors.contains("SIGHUP: "))
        try run.stop()
    }

    @Test(
        "is obeyed under nohup too, and the app's children go on ignoring it",
        .enabled(if: Tool.exists("nohup"), "no nohup"),
        arguments: SecureServer.allCases
    )
    func nohup(server: SecureServer) throws {
        let certificates = try Certificates.shared.get()
        let files = try Files(certificates.server)
        defer { files.remove() }
        let run = try SecureRun(on: server, files.flags, under: ["nohup"])
        // Who answers also listens to signals.
        #expect(try run.handshake().contains("subject=CN = localhost"))
        for count in 1...2 {
            try files.write(certificates.second)
            try self.reload(run, count: count)
            #expect(try run.handshake().contains("subject=CN = second.example"))
            #expect(try self.childIgnoresHangUps(run, server, host: "second.example"))
        }
        try run.stop()
        let usual = try SecureRun(on: server, SecureRun.flags())
        #expect(try !self.childIgnoresHangUps(usual, server))
        try usual.stop()
    }

    /// Whether the kernel says so of a child.
    private func childIgnoresHangUps(
        _ run: SecureRun,
        _ server: SecureServer,
        host: String = "localhost"
    ) throws -> Bool {
        let result = try run.curl(host: host, path: server.child)
        let digits = try #require(result.output.firstMatch(of: /SigIgn:\s+([0-9a-f]+)/), "\(result)").output.1
        return try #require(UInt64(digits, radix: 16)) & 1 == 1
    }

    @Test("without TLS does what it always did")
    func plain() throws {
        let process = try Tool.start(["run", "-b", "127.0.0.1:0", Fixture.plugin()])
        try process.line(with: "listening on http://")
        usleep(200_000)
        process.send(SIGHUP)
        #expect(try process.wait() == .killed(SIGHUP))
        #expect(!process.errors.contains("SIGHUP"))
    }
}
