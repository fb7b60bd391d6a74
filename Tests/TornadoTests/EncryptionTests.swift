// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// The web fixture under TLS, against curl, OpenSSL and Python.
@Suite(.enabled(if: Certificates.canBeMade, "no openssl"))
struct EncryptionTests {
    let certificates: Certificates

    init() throws { self.certificates = try Certificates.shared.get() }

    private func server(_ provider: Provider, _ more: [String: String] = [:]) throws -> WebServer {
        let pairs = [self.certificates.server, self.certificates.second].map { "\($0.certificate):\($0.key)" }
        let environment = ["WEBAPP_TLS": pairs.joined(separator: ",")]
        return try WebServer(provider, environment: environment.merging(more) { $1 })
    }

    private func curl(_ server: WebServer, _ words: String...) throws -> (status: ChildProcess.End, output: String) {
        let trusted = [
            "curl", "-sS", "--cacert", self.certificates.authority, "--connect-to", "::127.0.0.1:\(server.port)",
        ]
        let process = try ChildProcess(trusted + ["--max-time", "60"] + words)
        let status = try process.wait(seconds: 90)
        return (status, process.output + process.errors)
    }

    @Test(.enabled(if: Place.program("curl") != nil, "no curl"), arguments: Provider.allCases)
    func curlTalksToIt(provider: Provider) throws {
        let server = try self.server(provider)
        let origin = "https://localhost:\(server.port)"
        let seen = try self.curl(server, "\(origin)/tls")
        #expect(seen.output.contains(#""protocol": "https""#), "\(seen.output)")
        #expect(seen.output.contains(#""version": "TLSv1.3""#) && seen.output.contains(#""alpn": "http/1.1""#))
        #expect(seen.output.contains(#""subject": "none""#) && seen.output.contains(#""serverName": "localhost""#))
        let old = try self.curl(server, "--tls-max", "1.2", "\(origin)/tls")
        #expect(old.output.contains(#""version": "TLSv1.2""#), "\(old.output)")
        // One connection for several requests.
        let kept = try self.curl(server, "-w", "%{num_connects}", "\(origin)/", "\(origin)/", "\(origin)/")
        #expect(kept.output == "Hello, world1Hello, world0Hello, world0")
        #expect(server.process.output.contains("https://") || server.process.errors.contains("https://127.0.0.1:"))
        let strange = try self.curl(server, "https://elsewhere.example:\(server.port)/")
        #expect(strange.status == .exited(60), "\(strange)")
        let second = try self.curl(server, "https://a.second.example:\(server.port)/tls")
        #expect(second.output.contains(#""serverName": "a.second.example""#), "\(second.output)")
        let plain = try self.curl(server, "-i", "http://localhost:\(server.port)/")
        #expect(plain.output.hasPrefix("HTTP/1.1 400 "), "\(plain.output)")
    }

    @Test(.enabled(if: Place.program("curl") != nil, "no curl"), arguments: Provider.allCases)
    func curlSendsAndGetsALot(provider: Provider) throws {
        let server = try self.server(provider)
        let origin = "https://localhost:\(server.port)"
        let file = "\(self.certificates.folder)/upload-\(provider)"
        try Data(repeating: 7, count: 7_000_000).write(to: URL(filePath: file))
        let sent = try self.curl(server, "-T", file, "\(origin)/upload")
        #expect(sent.output.hasPrefix("7000000 bytes"), "\(sent.output)")
        let chunked = try self.curl(server, "-T", file, "-H", "Transfer-Encoding: chunked", "\(origin)/upload")
        #expect(chunked.output.hasPrefix("7000000 bytes"), "\(chunked.output)")
        let waiting = try self.curl(server, "-H", "Expect: 100-continue", "-d", "body", "\(origin)/")
        #expect(waiting.output == "body")
        let got = try self.curl(server, "-o", "/dev/null", "-w", "%{size_download}", "\(origin)/bytes?n=20000000")
        #expect(got.output == "20000000")
        let streamed = try self.curl(
            server,
            "-o",
            "/dev/null",
            "-w",
            "%{size_download}",
            "--limit-rate",
            "8M",
            "\(origin)/async/stream?pieces=100"
        )
        #expect(streamed.output == "\(100 * 64 * 1024)")
    }

    @Test(.enabled(if: Place.program("curl") != nil, "no curl"), arguments: Provider.allCases)
    func clientsShowCertificates(provider: Provider) throws {
        let more = ["WEBAPP_TLS_CA": self.certificates.authority, "WEBAPP_TLS_VERIFY": "required"]
        let server = try self.server(provider, more.merging(["GTORNADO_LOG_LEVEL": "debug"]) { $1 })
        let url = "https://localhost:\(server.port)/tls"
        let client = self.certificates.client
        let known = try self.curl(server, "--cert", client.certificate, "--key", client.key, url)
        #expect(known.output.contains(#""subject": "CN=client, O=Tests""#), "\(known.output)")
        #expect(!known.output.contains(#""der": "0""#))
        let nobody = try self.curl(server, url)
        #expect(nobody.status != .exited(0) && nobody.output.contains("certificate required"), "\(nobody)")
        let stranger = self.certificates.strangerClient
        let refused = try self.curl(server, "--cert", stranger.certificate, "--key", stranger.key, url)
        #expect(refused.status != .exited(0) && refused.output.contains("unknown ca"), "\(refused)")
        let words = "TLS handshake with 127.0.0.1 failed: "
        #expect(server.logLines(words + "peer did not return a certificate", count: 1).count == 1)
        #expect(server.logLines(words + "certificate verify failed: self-signed certificate", count: 1).count == 1)
    }

    @Test(arguments: Provider.allCases)
    func openSSLTalksToIt(provider: Provider) throws {
        let server = try self.server(provider, ["WEBAPP_TLS_MIN": "1.3"])
        let ticket = "\(self.certificates.folder)/ticket-\(provider)"
        let common =
            "openssl s_client -connect 127.0.0.1:\(server.port) -CAfile \(self.certificates.authority) -ign_eof"
        let request = #"printf 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'"#
        func ask(_ words: String) throws -> String {
            let process = try ChildProcess(["sh", "-c", "\(request) | \(common) \(words)"])
            try process.wait()
            return process.output + process.errors
        }
        let second = try ask("-servername second.example -verify_return_error -sess_out \(ticket)")
        #expect(second.contains("subject=CN = second.example") && second.contains("Hello, world"), "\(second)")
        #expect(second.contains("New, TLSv1.3"))
        let resumed = try ask("-servername second.example -sess_in \(ticket)")
        #expect(resumed.contains("Reused, TLSv1.3") && resumed.contains("Hello, world"), "\(resumed)")
        let alpn = try ask("-alpn h2,http/1.1 -servername localhost")
        #expect(alpn.contains("ALPN protocol: http/1.1"), "\(alpn)")
        let old = try ask("-tls1_2")
        #expect(old.contains("alert protocol version") && !old.contains("Hello, world"), "\(old)")
    }

    @Test(.enabled(if: Place.program("curl") != nil, "no curl"), arguments: Provider.allCases)
    func certificatesAreReloaded(provider: Provider) throws {
        let file = "\(self.certificates.folder)/reloaded-\(provider).pem"
        func put(_ pair: Certificates.Pair) throws {
            let whole = try [pair.certificate, pair.key].map { try Data(contentsOf: URL(filePath: $0)) }
            try (whole[0] + whole[1]).write(to: URL(filePath: file))
        }
        try put(self.certificates.server)
        let server = try self.server(provider, ["WEBAPP_TLS": file])
        // Its second server reads the file too.
        try server.process.line(with: "callback on ")
        let origin = "https://localhost:\(server.port)"
        try put(self.certificates.second)
        let reloaded = try self.curl(server, "\(origin)/tls/reload")
        #expect(reloaded.output == "reloaded", "\(reloaded.output) \(server.process.errors)")
        #expect(try self.curl(server, "\(origin)/").status == .exited(60))
        #expect(try self.curl(server, "https://second.example:\(server.port)/").output == "Hello, world")
        try FileManager.default.removeItem(atPath: file)
        let failed = try self.curl(server, "https://second.example:\(server.port)/tls/reload")
        #expect(failed.output == "cannot read the certificate \(file): No such file or directory", "\(failed.output)")
        let pair = "\(self.certificates.server.certificate):\(self.certificates.server.key)"
        let other = try self.curl(server, "https://second.example:\(server.port)/tls/reload?pair=\(pair)")
        #expect(other.output == "reloaded")
        let plain = try WebServer(provider)
        #expect(try plain.request("/tls/reload").body == "the server does not speak TLS")
        #expect(try plain.request("/tls").body == "plain")
        #expect(try self.curl(server, "\(origin)/").output == "Hello, world")
    }

    /// What clients do badly; see Tests/Encryption/drive.
    @Test(arguments: Provider.allCases)
    func oddClientsHarmNobody(provider: Provider) throws {
        let python = try #require(Place.program("python3"), "the driver needs python3: apt-get install python3")
        let server = try self.server(provider, ["WEBAPP_HEADER_TIMEOUT": "1"])
        let script = Place.repository.appending(path: "Tests/Encryption/drive").path
        func drive(_ cases: [String] = []) throws {
            let driver = try ChildProcess([python, script, "\(server.port)", self.certificates.authority] + cases)
            let end = try driver.wait(seconds: 300)
            #expect(end == .exited(0), "\(driver.output)\(driver.errors)")
        }
        try drive(["the_end_is_said"])
        let before = self.sockets(of: server.process)
        try drive()
        for _ in 0..<500 where self.sockets(of: server.process) > before { usleep(20_000) }
        #expect(self.sockets(of: server.process) == before)
    }

    /// Not all descriptors: a loop may open another poll set when it first needs one.
    private func sockets(of process: ChildProcess) -> Int {
        let folder = "/proc/\(process.pid)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let links = names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
        return links.filter { $0.hasPrefix("socket:") }.count
    }

    @Test(arguments: [Provider.builtIn, .libevent, .evhttp])
    func settingsThatAreNoGoodAreNamed(provider: Provider) throws {
        let command = try provider.command(fixture: "webapp")
        let process = try ChildProcess(command, environment: ["WEBAPP_TLS": "/no/such.pem"])
        #expect(try process.wait() != .exited(0))
        let words =
            "The HTTP server cannot speak TLS: cannot read the certificate /no/such.pem: No such file or directory."
        #expect(process.errors.contains(words), "\(process.errors)")
    }
}
