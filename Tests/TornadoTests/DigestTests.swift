// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit
import Testing

@testable import Tornado

/// `Digest` authentication by the standards' own examples; against a server it is among ``FetchTests``' checks.
@Suite("Digest authentication")
struct DigestTests {
    /// An answer, for an example.
    private func answer(
        _ field: String,
        _ credentials: DigestCredentials,
        _ cnonce: String,
        _ target: String
    ) throws -> [String: String] {
        let challenge = try #require(AuthChallenge.list(field).first)
        let session = try DigestSession(challenge, credentials, knowsBody: true, cnonce: cnonce)
        return try #require(AuthChallenge.list(session.authorization("GET", target, [])).first).parameters
    }

    @Test(
        "RFC 7616, section 3.9.1",
        arguments: [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ]
    )
    func ofTheStandard(algorithm: String, response: String) throws {
        let field = """
            Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=\(algorithm), \
            nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
            """
        let answer = try self.answer(
            field,
            DigestCredentials(user: "Mufasa", password: "Circle of Life"),
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            "/dir/index.html"
        )
        #expect(answer["response"] == response)
        #expect(answer["username"] == "Mufasa")
        #expect(answer["nc"] == "00000001")
        #expect(answer["opaque"] == "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS")
    }

    /// Its numbers are those of the erratum 4897: the standard's own are not SHA-512/256's.
    @Test("RFC 7616, section 3.9.2")
    func hashedNames() throws {
        let field = """
            Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, charset=UTF-8, userhash=true, \
            nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS"
            """
        let answer = try self.answer(
            field,
            DigestCredentials(user: "J\u{E4}s\u{F8}n Doe", password: "Secret, or not?"),
            "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
            "/doe.json"
        )
        #expect(answer["username"] == "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b")
        #expect(answer["response"] == "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5")
        #expect(answer["userhash"] == "true")
    }

    @Test("RFC 2617, section 3.5, without a word of the algorithm; and RFC 2069's")
    func ofOlderStandards() throws {
        let field = """
            Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", \
            opaque="5ccc069c403ebaf9f0171e9517f40e41"
            """
        let mufasa = DigestCredentials(user: "Mufasa", password: "Circle Of Life")
        let answer = try self.answer(field, mufasa, "0a4f113b", "/dir/index.html")
        #expect(answer["response"] == "6629fae49393a05397450978507c4ef1")
        #expect(answer["algorithm"] == nil)
        let old = try self.answer(
            #"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#,
            DigestCredentials(user: "Mufasa", password: "CircleOfLife"),
            "0a4f113b",
            "/dir/index.html"
        )
        #expect(old["response"] == "1949323746fe6a43ef61f9606e7febea")
        #expect(old["qop"] == nil && old["nc"] == nil && old["cnonce"] == nil)
    }

    @Test(
        "challenges are told apart",
        arguments: [
            (#"Basic realm="a", Digest realm="b, c=d \"e\"", nonce=f"#, ["basic", "digest"]),
            ("Negotiate, Digest realm=x,nonce=y", ["negotiate", "digest"]), ("", []), (",, ,", []),
            (#"Digest realm="not closed"#, ["digest"]), ("Digest realm=\"a\\", ["digest"]), ("=a, =b", ["a", "b"]),
            ("\u{0}\u{FF}\"", []), ("Negotiate YII+/=, Digest nonce=y", ["negotiate", "yii+", "digest"]),
        ]
    )
    func challenges(field: String, schemes: [String]) {
        #expect(AuthChallenge.list(field).map(\.scheme) == schemes)
    }

    @Test("values that are quoted, and text as UTF-8")
    func values() {
        let both = AuthChallenge.list(#"Basic realm="a", Digest realm="b, c=d \"e\"", Nonce = f, nonce=g"#)
        #expect(both.last?.parameters == ["realm": #"b, c=d "e""#, "nonce": "f"])
        #expect(AuthChallenge.list("Digest realm=\"\u{C3}\u{A4}\"").first?.parameters["realm"] == "\u{E4}")
    }

    @Test(
        "what cannot be answered says why",
        arguments: [
            ("Digest realm=a", "no realm or nonce"), ("Digest nonce=a", "no realm or nonce"),
            ("Digest realm=\"a\u{1}\", nonce=b", "no realm or nonce"),
            ("Digest realm=a, nonce=b, algorithm=\"a\u{1B}\"", "no realm or nonce"),
            ("Digest realm=a, nonce=b, algorithm=SHA-1", "SHA-1, which is not spoken"),
            ("Digest realm=a, nonce=b, algorithm=-sess", "-sess, which is not spoken"),
            ("Digest realm=a, nonce=b, qop=none", "no qop but none"),
            ("Digest realm=a, nonce=b, qop=auth-int", "auth-int"),
        ]
    )
    func refusals(field: String, why: String) {
        let error = #expect(throws: DigestError.self) {
            _ = try DigestSession.answering(
                AuthChallenge.list(field),
                DigestCredentials(user: "a", password: "b"),
                knowsBody: false
            )
        }
        #expect(error?.description.contains(why) == true, "\(String(describing: error))")
    }

    @Test("nothing of a name or a realm gets out of its quotes")
    func quotes() throws {
        let session = try DigestSession(
            try #require(AuthChallenge.list(#"Digest realm="a\"b\\", nonce="c", qop=auth"#).first),
            DigestCredentials(user: "x\"\r\nY: z", password: ""),
            knowsBody: true,
            cnonce: "d"
        )
        let field = try session.authorization("GET", "/\"", [])
        #expect(field.contains(#"username*=UTF-8''x%22%0D%0AY%3A%20z, realm="a\"b\\", "#))
        #expect(field.contains(#"uri="/\"""#))
        #expect(field.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
    }

    /// The server that the client is tried with is not its author's opinion: curl gets the same answers.
    @Test(
        "curl and the tests' server agree",
        .enabled(if: Place.program("curl") != nil && Place.program("python3") != nil, "curl or python3 is missing"),
        arguments: ["MD5/auth", "MD5-sess/auth", "SHA-256/auth", "SHA-256-sess/auth", "MD5/auth-int", "MD5/none"]
    )
    func reference(path: String) throws {
        let server = try DigestServer()
        let url = "http://127.0.0.1:\(server.port)/\(path)/x"
        let curl = try ChildProcess([
            Place.program("curl") ?? "curl", "-sS", "--noproxy", "*", "--digest", "-u", "Mufasa:Circle of Life", url,
        ])
        let end = try curl.wait(seconds: 60)
        #expect(end == .exited(0), "\(end) \(curl.errors)")
        #expect(curl.output.hasPrefix("Mufasa "), "\(curl.output)")
        withExtendedLifetime(server) {}
    }
}
