// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CTLS
import Foundation
import TestKit
import Testing

@Suite(.enabled(if: Certificates.canBeMade, "no openssl"))
struct HandshakeTests {
    let certificates: Certificates
    let server: Context

    init() throws {
        self.certificates = try Certificates.shared.get()
        self.server = try Context(server: [Options.Own(self.certificates.server)])
    }

    @Test func agreesAndCarriesBytesBothWays() throws {
        let pair = try Pair(Context.client(), self.server)
        #expect(pair.isAgreed, "\(pair.client.error) \(pair.server.error)")
        #expect(pair.client.write("question") == 8)
        #expect(pair.server.readText() == "question")
        #expect(pair.server.write("answer") == 6)
        #expect(pair.client.readText() == "answer")
        #expect(pair.client.protocolName == "TLSv1.3")
        #expect(pair.client.cipher == pair.server.cipher && pair.client.cipher.hasPrefix("TLS_"))
        #expect(pair.server.serverName == "localhost")
        #expect(pair.client.alpn == "" && pair.server.alpn == "")
        #expect(pair.client.peerSubject == "CN=localhost")
        #expect(pair.client.peerCertificate.first == 0x30)
        #expect(pair.server.peerCertificate.isEmpty && pair.server.peerSubject == "")
        #expect(!pair.client.wasResumed)
    }

    @Test(arguments: ["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "::1", "[::1]", "::1%lo"])
    func namesAndAddressesThatTheCertificateHas(host: String) throws {
        let pair = try Pair(Context.client(), self.server, host: host)
        #expect(pair.isAgreed, "\(pair.client.error)")
        let isName = host.lowercased().hasPrefix("localhost")
        #expect(pair.server.serverName.lowercased() == (isName ? "localhost" : ""))
    }

    @Test(arguments: ["127.0.0.2", "::2", "elsewhere.example", "localhost.example", "1"])
    func namesAndAddressesThatItHasNot(host: String) throws {
        let pair = try Pair(Context.client(), self.server, host: host)
        #expect(pair.clientResult == -Int(EPROTO))
        #expect(pair.client.error.contains("certificate verify failed: "))
        #expect(pair.client.error.contains(" mismatch: it is not for \(host)"), "\(pair.client.error)")
        #expect(pair.client.isCertificateError && !pair.server.isCertificateError)
        let unchecked = try Pair(Context.client { $0.checksHost = false }, self.server, host: host)
        #expect(unchecked.isAgreed, "\(unchecked.client.error)")
    }

    @Test func wrongCertificatesAreNamed() throws {
        let table: [(Certificates.Pair, String)] = [
            (self.certificates.expired, "certificate has expired"),
            (self.certificates.selfSigned, "self-signed certificate"),
            (self.certificates.revoked, "certificate revoked"),
            (self.certificates.revokedChain, "certificate revoked"),
            (self.certificates.wrongHost, "mismatch"),
        ]
        for (pair, words) in table {
            let server = try Context(server: [Options.Own(pair)])
            let strict = try Context.client { $0.revocations = self.certificates.revocations }
            let tried = try Pair(strict, server)
            #expect(tried.clientResult == -Int(EPROTO) && tried.client.isCertificateError)
            #expect(tried.client.error.hasPrefix("certificate verify failed: "))
            #expect(tried.client.error.contains(words), "\(tried.client.error)")
            #expect(tried.serverResult == -Int(EPROTO) && tried.server.error.hasPrefix("the peer refused: "))
            let trusting = try Context.client { $0.verify = GT_TLS_VERIFY_NONE }
            #expect(try Pair(trusting, server).isAgreed)
        }
    }

    @Test func chainsAndListsOfTheRevokedThatAreGood() throws {
        let client = try Context.client { $0.revocations = self.certificates.revocations }
        #expect(try Pair(client, self.server).isAgreed)
        #expect(try Pair(client, Context(server: [Options.Own(self.certificates.chained)])).isAgreed)
    }

    @Test func unknownAuthority() throws {
        let client = try Context.client { $0.authority = self.certificates.selfSigned.certificate }
        let pair = try Pair(client, self.server)
        #expect(pair.client.error.contains("unable to get local issuer certificate"), "\(pair.client.error)")
        let system = try Context.client { $0.authority = nil }
        #expect(try Pair(system, self.server).client.isCertificateError)
    }

    @Test func versions() throws {
        let old = try Context(server: [Options.Own(self.certificates.server)]) { $0.newest = 0x0303 }
        let new = try Context(server: [Options.Own(self.certificates.server)]) { $0.oldest = 0x0304 }
        #expect(try Pair(Context.client(), old).client.protocolName == "TLSv1.2")
        #expect(try Pair(Context.client { $0.oldest = 0x0304 }, new).isAgreed)
        let tried = try Pair(Context.client { $0.oldest = 0x0304 }, old)
        #expect(tried.serverResult == -Int(EPROTO) && tried.clientResult == -Int(EPROTO))
        #expect(tried.server.error == "unsupported protocol")
        #expect(tried.client.error == "the peer refused: protocol version", "\(tried.client.error)")
        #expect(!tried.client.isCertificateError)
    }

    @Test func protocols() throws {
        let server = try Context(server: [Options.Own(self.certificates.server)]) { $0.alpn = "first,second" }
        let both = try Pair(Context.client { $0.alpn = "other,second,first" }, server)
        #expect(both.client.alpn == "first" && both.server.alpn == "first")
        #expect(try Pair(Context.client(), server).isAgreed)
        #expect(try Pair(Context.client { $0.alpn = "other" }, self.server).isAgreed)
        let none = try Pair(Context.client { $0.alpn = "other,firs" }, server)
        #expect(none.serverResult == -Int(EPROTO) && none.server.error == "no application protocol")
        #expect(none.client.error == "the peer refused: no application protocol", "\(none.client.error)")
    }

    @Test func serversChooseByName() throws {
        let server = try Context(server: [
            Options.Own(self.certificates.server), Options.Own(self.certificates.second),
            Options.Own(self.certificates.wrongHost, host: "Given.Example"),
        ])
        let subjects = [
            "localhost": "CN=localhost", "second.example": "CN=second.example", "SECOND.example.": "CN=second.example",
            "a.second.example": "CN=second.example", "a.b.second.example": "CN=localhost", "unknown": "CN=localhost",
            "given.example": "CN=elsewhere.example", "elsewhere.example": "CN=localhost", "127.0.0.1": "CN=localhost",
        ]
        for (host, subject) in subjects {
            let pair = try Pair(Context.client { $0.checksHost = false }, server, host: host)
            #expect(pair.isAgreed && pair.client.peerSubject == subject, "\(host): \(pair.client.peerSubject)")
        }
        #expect(try Pair(Context.client(), server, host: "a.second.example").isAgreed)
    }

    @Test func clientsWithCertificates() throws {
        let own = [Options.Own(self.certificates.server)]
        func server(_ verify: Int) throws -> Context {
            try Context(server: own) {
                $0.verify = verify
                $0.authority = self.certificates.authority
                $0.revocations = self.certificates.revocations
            }
        }
        let known = try Context.client { $0.own = [Options.Own(self.certificates.client)] }
        let stranger = try Context.client { $0.own = [Options.Own(self.certificates.strangerClient)] }
        for verify in [GT_TLS_VERIFY_OPTIONAL, GT_TLS_VERIFY_REQUIRED] {
            let good = try Pair(known, server(verify))
            #expect(good.isAgreed && good.server.peerSubject == "CN=client, O=Tests", "\(good.server.peerSubject)")
            let bad = try Pair(stranger, server(verify))
            #expect(bad.serverResult == -Int(EPROTO) && bad.server.isCertificateError)
            #expect(bad.server.error.contains("self-signed certificate"), "\(bad.server.error)")
            // Under TLS 1.3 the client has long finished.
            #expect(bad.client.read().count == -Int(EPROTO) && bad.client.error == "the peer refused: unknown CA")
        }
        #expect(try Pair(Context.client(), server(GT_TLS_VERIFY_OPTIONAL)).isAgreed)
        let none = try Pair(Context.client(), server(GT_TLS_VERIFY_REQUIRED))
        #expect(none.serverResult == -Int(EPROTO) && none.server.isCertificateError)
        #expect(none.server.error == "peer did not return a certificate")
    }
}
