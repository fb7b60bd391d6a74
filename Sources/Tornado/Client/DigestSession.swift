// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec

/// Who one is, for `Digest` authentication.
struct DigestCredentials: Hashable {
    let user: String
    let password: String
}

/// A server's `Digest` challenge, and the answers to it: each counts one more use of its nonce (RFC 7616).
final class DigestSession {
    /// What of a request is hashed too.
    enum Protection: String {
        case auth
        case authInt = "auth-int"
    }

    let credentials: DigestCredentials
    private let hash: DigestHash
    private let isSession: Bool
    /// Nil where the server only knows RFC 2069.
    private let protection: Protection?
    private let parameters: [String: String]
    private let realm: String
    private var nonce: String
    private var uses: UInt32 = 0
    /// The same for all: with it, hash functions "-sess" begin a session once.
    private let cnonce: String

    /// The first challenge that can be answered, for a request whose body is known before it is sent, or is not.
    ///
    /// Returns nil where none is `Digest`. Throws `DigestError`, why none of them can be answered.
    static func answering(
        _ challenges: [AuthChallenge],
        _ credentials: DigestCredentials,
        knowsBody: Bool
    ) throws -> DigestSession? {
        var failure: DigestError?
        for challenge in challenges where challenge.scheme == "digest" {
            do {
                return try DigestSession(challenge, credentials, knowsBody: knowsBody, cnonce: Self.randomNonce())
            } catch let error as DigestError {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return nil
    }

    init(
        _ challenge: AuthChallenge,
        _ credentials: DigestCredentials,
        knowsBody: Bool,
        cnonce: String
    ) throws {
        self.parameters = challenge.parameters
        self.credentials = credentials
        self.cnonce = cnonce
        guard let nonce = challenge.parameters["nonce"], let realm = challenge.parameters["realm"],
            challenge.parameters.values.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } })
        else { throw DigestError(description: "the Digest challenge has no realm or nonce that can be sent back") }
        self.nonce = nonce
        self.realm = realm
        var name = challenge.parameters["algorithm"]?.uppercased() ?? DigestHash.md5.rawValue
        self.isSession = name.hasSuffix("-SESS")
        if self.isSession { name.removeLast(5) }
        guard let hash = DigestHash(rawValue: name) else {
            let words = LogText.escaped(challenge.parameters["algorithm"] ?? "")
            throw DigestError(description: "the Digest challenge wants the algorithm \(words), which is not spoken")
        }
        self.hash = hash
        self.protection = try Self.protection(challenge.parameters["qop"], knowsBody: knowsBody)
        // Better said now than when a request is half made.
        _ = try hash("")
    }

    private static func protection(_ offered: String?, knowsBody: Bool) throws -> Protection? {
        guard let offered else { return nil }
        let words = offered.lowercased().split { $0 == "," || $0 == " " || $0 == "\t" }
        if words.contains("auth") { return .auth }
        guard words.contains("auth-int") else {
            throw DigestError(description: "the Digest challenge offers no qop but \(LogText.escaped(offered))")
        }
        guard knowsBody else {
            let words = "the Digest challenge wants the body's hash (qop auth-int): a bodyProducer makes it too late"
            throw DigestError(description: words)
        }
        return .authInt
    }

    private static func randomNonce() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }.hexadecimal
    }

    /// Whether a request may be sent with it before it is asked for: hashing a body needs to have it.
    func suits(knowsBody: Bool) -> Bool { knowsBody || self.protection != .authInt }

    /// Where a server has sent the same nonce once more, its uses so far count: none may be seen twice.
    func goOnCounting(from before: DigestSession) {
        if before.nonce == self.nonce, before.realm == self.realm { self.uses = max(self.uses, before.uses) }
    }

    /// Goes on with the nonce that the server has sent with its last answer.
    func goOn(with authenticationInfo: String) {
        // Where a session's key holds the first nonce, servers do not agree about what becomes of it.
        guard !self.isSession, let info = AuthChallenge.list("Digest " + authenticationInfo).first,
            let next = info.parameters["nextnonce"], !next.isEmpty,
            next.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return }
        if next != self.nonce { self.uses = 0 }
        self.nonce = next
    }

    // MARK: Answers

    /// The value of Authorization or Proxy-Authorization for one request.
    func authorization(_ method: String, _ target: String, _ body: [UInt8]) throws -> String {
        self.uses &+= 1
        let digits = [UInt8](withUnsafeBytes(of: self.uses.bigEndian) { Array($0) }).hexadecimal
        var fields = [
            try self.userField(), "realm=\(Self.quoted(self.realm))", "nonce=\(Self.quoted(self.nonce))",
            "uri=\(Self.quoted(target))",
        ]
        if let name = self.parameters["algorithm"] { fields.append("algorithm=\(name)") }
        if let opaque = self.parameters["opaque"] { fields.append("opaque=\(Self.quoted(opaque))") }
        var parts = [try self.key(), self.nonce]
        if let protection = self.protection {
            parts += [digits, self.cnonce, protection.rawValue]
            fields += ["qop=\(protection.rawValue)", "nc=\(digits)", "cnonce=\(Self.quoted(self.cnonce))"]
        }
        let hashesBody = self.protection == .authInt
        let request = "\(method):\(target)" + (hashesBody ? ":\(try self.hash(body))" : "")
        parts.append(try self.hash(request))
        fields.append("response=\(Self.quoted(try self.hash(parts.joined(separator: ":"))))")
        if self.hashesUser { fields.append("userhash=true") }
        return "Digest " + fields.joined(separator: ", ")
    }

    /// H(A1).
    private func key() throws -> String {
        let key = try self.hash("\(self.credentials.user):\(self.realm):\(self.credentials.password)")
        return self.isSession ? try self.hash("\(key):\(self.nonce):\(self.cnonce)") : key
    }

    private var hashesUser: Bool { self.parameters["userhash"]?.lowercased() == "true" }

    private func userField() throws -> String {
        let user = self.credentials.user
        if self.hashesUser { return "username=\"\(try self.hash("\(user):\(self.realm)"))\"" }
        let isPlain = user.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        let isSendable = user.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        // Servers that do not speak of UTF-8 know nothing of the other form either, and take the bytes.
        let isUTF8 = self.parameters["charset"]?.lowercased() == "utf-8"
        guard isPlain || (isSendable && !isUTF8) else { return "username*=UTF-8''\(Self.percentEncoded(user))" }
        return "username=\(Self.quoted(user))"
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { out.append("\\") }
            out.unicodeScalars.append(character)
        }
        return out + "\""
    }

    /// RFC 8187's form, in which only its attr-chars stand for themselves.
    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(UnicodeScalar(byte))
            case _ where "!#$&+-.^_`|~".utf8.contains(byte): String(UnicodeScalar(byte))
            default: "%" + [byte].hexadecimal.uppercased()
            }
        }.joined()
    }
}
