// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Who wants to know who one is.
enum DigestAsker: Hashable {
    /// By 401 and WWW-Authenticate.
    case server
    /// By 407 and Proxy-Authenticate.
    case proxy

    var field: String { self == .server ? "WWW-Authenticate" : "Proxy-Authenticate" }
}

/// Where an answered challenge is kept: those of one user's are nothing to another's.
struct DigestPlace: Hashable {
    let asker: DigestAsker
    let credentials: DigestCredentials
}

/// Credentials, at once or in answer to a challenge.
extension ClientFetch {
    /// What came of a challenge.
    enum Challenge: Equatable {
        /// The request is to be sent again, with the answer.
        case answered
        /// It cannot be answered, for this reason.
        case unanswerable(String)
    }

    /// More nonces than this are not tried, however fast a server lets them become stale.
    private static let mostTries = 3
    /// Users of one server whose nonces are remembered.
    private static let mostUsers = 100

    /// The value of Authorization or Proxy-Authorization, if there is one and it is not among the request's fields.
    ///
    /// `body` is nil where it is made while it is sent.
    func authorization(for asker: DigestAsker, _ method: String, _ target: String, _ body: [UInt8]?) -> String? {
        if asker == .proxy, let user = self.settings.all.proxyUsername, self.settings.all.proxyAuthMode != .digest {
            return HTTPBasicAuth.value(user, self.settings.all.proxyPassword ?? "")
        }
        guard let credentials = self.credentials(for: asker),
            let session = self.origin.digests[DigestPlace(asker: asker, credentials: credentials)],
            session.suits(knowsBody: body != nil)
        else { return nil }
        // What it computes was computed before; if not, the server asks.
        return try? session.authorization(method, target, body ?? [])
    }

    private func credentials(for asker: DigestAsker) -> DigestCredentials? {
        guard asker == .proxy else { return self.hop.digest }
        let all = self.settings.all
        guard all.proxyAuthMode == .digest, let user = all.proxyUsername else { return nil }
        return DigestCredentials(user: user, password: all.proxyPassword ?? "")
    }

    /// Takes the challenge of an answer with 401 or 407.
    ///
    /// Returns nil where the answer is the last one.
    func challenged(by asker: DigestAsker, _ fields: ResponseFields, knowsBody: Bool) -> Challenge? {
        guard let credentials = self.credentials(for: asker) else { return nil }
        let challenges = fields.headers.getList(asker.field).flatMap { AuthChallenge.list($0) }
        let isStale = challenges.contains { $0.scheme == "digest" && $0.parameters["stale"]?.lowercased() == "true" }
        let tries = self.digestTries[asker] ?? 0
        let place = DigestPlace(asker: asker, credentials: credentials)
        guard tries == 0 || (isStale && tries < Self.mostTries) else {
            // These credentials were refused.
            self.origin.digests[place] = nil
            return nil
        }
        do {
            guard let session = try DigestSession.answering(challenges, credentials, knowsBody: knowsBody) else {
                return nil
            }
            self.digestTries[asker] = tries + 1
            if let before = self.origin.digests[place] { session.goOnCounting(from: before) }
            if self.origin.digests.count >= Self.mostUsers { self.origin.digests = [:] }
            self.origin.digests[place] = session
            return .answered
        } catch {
            return .unanswerable("\(error)")
        }
    }

    /// Looks for the nonce that further requests are to use.
    func heard(_ fields: ResponseFields) {
        guard let credentials = self.hop.digest,
            let session = self.origin.digests[DigestPlace(asker: .server, credentials: credentials)],
            let info = fields.headers["Authentication-Info"]
        else { return }
        session.goOn(with: info)
    }
}
