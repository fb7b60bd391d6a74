// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CTLS
import Foundation
import TestKit
import Testing

@Suite(.enabled(if: Certificates.canBeMade, "no openssl"))
struct ContextTests {
    let certificates: Certificates

    init() throws { self.certificates = try Certificates.shared.get() }

    private func failure(_ own: [Options.Own], _ change: (inout Options) -> Void = { _ in }) -> String {
        do {
            _ = try Context(server: own, change)
            return "no failure"
        } catch {
            return "\(error)"
        }
    }

    @Test func failuresNameTheFileAndWhy() throws {
        let good = self.certificates.server
        let folder = self.certificates.folder
        try Data("nothing\n".utf8).write(to: URL(filePath: "\(folder)/nothing.pem"))
        let half = try String(contentsOfFile: good.certificate, encoding: .utf8)
        try Data((half + half.prefix(300)).utf8).write(to: URL(filePath: "\(folder)/half.pem"))
        let table: [(Options.Own, String)] = [
            (.init("/no/such.pem", nil), "cannot read the certificate /no/such.pem: No such file or directory"),
            (.init(good.certificate, "/no/such.key"), "cannot read the key /no/such.key: No such file or directory"),
            (.init(folder, nil), "cannot read the certificate \(folder): Is a directory"),
            (
                .init("\(folder)/nothing.pem", nil),
                "the certificate \(folder)/nothing.pem cannot be used: it is no certificate in PEM form (no start line)"
            ),
            (.init("\(folder)/half.pem", good.key), "the chain in the certificate \(folder)/half.pem cannot be read: "),
            (
                .init(good.certificate, good.certificate),
                "the key \(good.certificate) cannot be used: it is no private key in PEM form"
            ),
            (
                .init(good.certificate, self.certificates.second.key),
                "the key \(self.certificates.second.key) does not belong to the certificate \(good.certificate)"
            ),
            (
                .init(good.certificate, self.certificates.encryptedKey),
                "the key \(self.certificates.encryptedKey) is encrypted, and no password was given"
            ),
            (
                .init(good.certificate, self.certificates.encryptedKey, password: "wrong"),
                "the key \(self.certificates.encryptedKey) cannot be decrypted: the password is wrong"
            ),
            (.init(nil, good.key), "a certificate was named without its file"),
        ]
        for (own, words) in table {
            #expect(self.failure([own]).hasPrefix(words), "\(self.failure([own]))")
            #expect(self.failure([.init(good), own]).hasPrefix(words), "\(self.failure([.init(good), own]))")
        }
        #expect(self.failure([]) == "a server that speaks TLS needs a certificate")
        let encrypted = Options.Own(
            good.certificate,
            self.certificates.encryptedKey,
            password: self.certificates.password
        )
        #expect(self.failure([encrypted]) == "no failure")
    }

    @Test func settingsThatCannotBeHad() throws {
        let own = [Options.Own(self.certificates.server)]
        let server = self.certificates.server
        let table: [(String, (inout Options) -> Void)] = [
            (
                "the newest TLS to speak, 1.2, is older than the oldest, 1.3",
                { ($0.oldest, $0.newest) = (0x0304, 0x0303) }
            ),
            ("TLS has to be 1.2 (0x0303) or 1.3 (0x0304), not 0x0301 to 0x0000", { $0.oldest = 0x0301 }),
            ("the ciphers \"NONSENSE\" cannot be used: no cipher match", { $0.ciphers = "NONSENSE" }),
            ("the cipher suites \"NONSENSE\" cannot be used: ", { $0.suites = "NONSENSE" }),
            ("the protocols \"a,,b\" are no list of names for ALPN", { $0.alpn = "a,,b" }),
            ("verify is 7: it must be one of GT_TLS_VERIFY_...", { $0.verify = 7 }),
            (
                "cannot read the CA file /no/ca.pem: No such file or directory",
                { ($0.verify, $0.authority) = (GT_TLS_VERIFY_OPTIONAL, "/no/ca.pem") }
            ),
            (
                "the CA file \(server.key) cannot be used: it has no certificate in PEM form",
                { ($0.verify, $0.authority) = (GT_TLS_VERIFY_REQUIRED, server.key) }
            ),
            (
                "cannot read the CA folder /no/folder: No such file or directory",
                { ($0.verify, $0.folder) = (GT_TLS_VERIFY_REQUIRED, "/no/folder") }
            ),
            (
                "the CRL file \(server.certificate) cannot be used: it has no list in PEM form",
                { ($0.verify, $0.revocations) = (GT_TLS_VERIFY_REQUIRED, server.certificate) }
            ),
        ]
        for (words, change) in table {
            #expect(self.failure(own, change).hasPrefix(words), "\(self.failure(own, change))")
        }
    }

    @Test func versionIsKnown() {
        #expect(String(cString: gt_tls_version(nil, 0)).hasPrefix("OpenSSL 3"))
    }

    @Test(arguments: [UInt16(0x0303), 0x0304])
    func sessionsResumeAlsoAfterAReload(version: UInt16) throws {
        let own = [Options.Own(self.certificates.server)]
        let server = try Context(server: own)
        let client = try Context.client { $0.newest = version }
        let first = try Pair(client, server)
        #expect(first.isAgreed && !first.client.wasResumed)
        let ticket = try #require(first.ticket())
        defer { gt_tls_ticket_free(ticket) }
        let second = try Pair(client, server, ticket: ticket)
        #expect(second.isAgreed && second.client.wasResumed && second.server.wasResumed)
        try server.reload(Options(own: own))
        let third = try Pair(client, server, ticket: ticket)
        #expect(third.isAgreed && third.client.wasResumed)
        // For another host it is no use.
        #expect(try !Pair(client, server, host: "127.0.0.1", ticket: ticket).client.wasResumed)
    }

    @Test(arguments: [UInt16(0x0303), 0x0304])
    func resumptionCanBeOff(version: UInt16) throws {
        let server = try Context(server: [Options.Own(self.certificates.server)]) { $0.resumes = false }
        let first = try Pair(Context.client { $0.newest = version }, server)
        let ticket = first.ticket()
        defer { gt_tls_ticket_free(ticket) }
        let second = try Pair(Context.client { $0.newest = version }, server, ticket: ticket)
        #expect(second.isAgreed && !second.client.wasResumed)
    }

    /// A ticket got without looking is not taken for a verified peer.
    @Test func ticketsOfTheCarelessAreNotTrusted() throws {
        let server = try Context(server: [Options.Own(self.certificates.selfSigned)])
        let careless = try Pair(Context.client { $0.verify = GT_TLS_VERIFY_NONE }, server)
        let ticket = try #require(careless.ticket())
        defer { gt_tls_ticket_free(ticket) }
        let strict = try Pair(Context.client(), server, ticket: ticket)
        #expect(strict.clientResult == -Int(EPROTO) && strict.client.isCertificateError, "\(strict.client.error)")
    }

    @Test func clientsAreVerifiedAnewAfterAReload() throws {
        var options = Options(own: [Options.Own(self.certificates.server)], authority: self.certificates.authority)
        options.verify = GT_TLS_VERIFY_REQUIRED
        let server = try Context(server: options.own) { $0 = options }
        let client = try Context.client { $0.own = [Options.Own(self.certificates.client)] }
        let first = try Pair(client, server)
        let ticket = try #require(first.ticket())
        defer { gt_tls_ticket_free(ticket) }
        let resumed = try Pair(client, server, ticket: ticket)
        #expect(resumed.server.wasResumed && resumed.server.peerSubject == "CN=client, O=Tests")
        options.authority = self.certificates.selfSigned.certificate
        try server.reload(options)
        let refused = try Pair(client, server, ticket: ticket)
        #expect(refused.serverResult == -Int(EPROTO) && refused.server.isCertificateError)
    }

    @Test func reloadsChangeWhatNewSessionsSee() throws {
        let server = try Context(server: [Options.Own(self.certificates.server)])
        let anyone = try Context.client { $0.checksHost = false }
        let before = try Pair(anyone, server)
        try server.reload(Options(own: [Options.Own(self.certificates.second)]))
        let after = try Pair(anyone, server)
        #expect(before.client.peerSubject == "CN=localhost" && after.client.peerSubject == "CN=second.example")
        #expect(before.client.write("goes on") == 7 && before.server.readText() == "goes on")
        let words = "cannot read the certificate /no/such.pem: No such file or directory"
        let failed = #expect(throws: Context.Failure.self) {
            try server.reload(Options(own: [.init("/no/such.pem", nil)]))
        }
        #expect(failed?.description == words)
        #expect(try Pair(anyone, server).client.peerSubject == "CN=second.example")
    }

    /// Without settings: the files that were named, as they are now.
    @Test func filesAreReadAgain() throws {
        let file = "\(self.certificates.folder)/changing.pem"
        func put(_ pair: Certificates.Pair) throws {
            let whole = try [pair.certificate, pair.key].map { try Data(contentsOf: URL(filePath: $0)) }
            try (whole[0] + whole[1]).write(to: URL(filePath: file))
        }
        try put(self.certificates.server)
        let server = try Context(server: [Options.Own(file, nil)])
        let anyone = try Context.client { $0.checksHost = false }
        #expect(try Pair(anyone, server).client.peerSubject == "CN=localhost")
        try put(self.certificates.second)
        #expect(gt_tls_context_reload(server.handle, nil, nil, 0) == 0)
        #expect(try Pair(anyone, server).client.peerSubject == "CN=second.example")
        try Data().write(to: URL(filePath: file))
        #expect(gt_tls_context_reload(server.handle, nil, nil, 0) == -EINVAL)
        try FileManager.default.removeItem(atPath: file)
        #expect(gt_tls_context_reload(server.handle, nil, nil, 0) == -ENOENT)
        #expect(try Pair(anyone, server).client.peerSubject == "CN=second.example")
    }

    @Test func contextsOutliveTheirOwner() throws {
        let (near, far) = try socketPair()
        var context: Context? = try Context(server: [Options.Own(self.certificates.server)])
        let server = try Session(#require(context), far)
        context = nil
        let client = try Session(Context.client(), near, host: "localhost")
        for _ in 0..<5 { _ = (client.handshake(), server.handshake()) }
        #expect(client.write("here") == 4 && server.readText() == "here")
    }

    @Test func reloadsWhileOthersBegin() async throws {
        let certificates = self.certificates
        let server = try Context(server: [Options.Own(certificates.server)])
        let shared = Shared(server.handle)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<50 {
                    let options = Options(own: [Options.Own(certificates.server), Options.Own(certificates.second)])
                    let code = options.withSettings { gt_tls_context_reload(shared.context, $0, nil, 0) }
                    #expect(code == 0)
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<2000 {
                        let tls = gt_tls_new(shared.context, 0, nil)
                        #expect(tls != nil)
                        gt_tls_free(tls)
                    }
                }
            }
        }
        #expect(try Pair(Context.client(), server).isAgreed)
    }
}

/// A context that several threads use, as its contract allows.
private struct Shared: @unchecked Sendable {
    let context: OpaquePointer

    init(_ context: OpaquePointer) { self.context = context }
}
