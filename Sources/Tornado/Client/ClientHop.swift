// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// One request of a fetch: the one that was asked for, or one that a redirect asked for.
struct ClientHop {
    private(set) var url: ClientURL
    private(set) var method: String
    /// What the caller gave, with what settings make of it.
    private(set) var headers: HTTPHeaders
    private(set) var body: [UInt8]?
    private(set) var producer: HTTPBodyProducer?
    /// Who one is, for a server that asks by a `Digest` challenge.
    private(set) var digest: DigestCredentials?
    private let usesDigest: Bool
    /// How many redirects led here.
    private(set) var redirects = 0
    /// A redirect has led to another scheme, host or port, which must not be told what was meant for the first.
    private(set) var isForeign = false
    /// The caller wants the connection closed behind the answer.
    private(set) var asksToClose = false

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS"]
    private static let methodsWithBody: Set<String> = ["POST", "PATCH", "PUT"]
    /// May be sent twice without harm (RFC 9110, 9.2.2).
    private static let idempotent: Set<String> = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]
    /// Fields that framing needs, which the client sets itself: a wrong one would let a body pass for a request.
    private static let reserved: Set<String> = ["content-length", "transfer-encoding", "upgrade", "expect", "te"]

    var isIdempotent: Bool { Self.idempotent.contains(self.method) }
    /// Methods that have a body say so even if it is empty.
    var saysEmptyBody: Bool { Self.methodsWithBody.contains(self.method) }

    /// The request that was asked for.
    ///
    /// Throws `HTTPClientError` for what can't be sent as it is.
    init(_ request: HTTPRequest, _ url: ClientURL, _ settings: EffectiveSettings) throws {
        self.url = url
        self.method = request.method
        self.headers = request.headers
        self.body = request.body
        self.producer = request.bodyProducer
        self.usesDigest = settings.all.authMode == .digest
        try self.checkMethod(settings)
        if !self.headers.isEmpty { try self.checkHeaders() }
        let all = settings.all
        if let user = all.authUsername {
            self.identify(user, all.authPassword)
        } else if let user = url.user {
            self.identify(user, url.password)
        }
        if let time = all.ifModifiedSince { self.headers["If-Modified-Since"] = formatTimestamp(time) }
        guard settings.userAgent.isFieldValue else { throw self.error("the value of userAgent can't be sent as it is") }
    }

    /// Has the request tell who one is: at once, or when it is asked.
    private mutating func identify(_ user: String, _ password: String?) {
        if self.usesDigest {
            self.headers.remove("Authorization")
            self.digest = DigestCredentials(user: user, password: password ?? "")
        } else {
            self.headers["Authorization"] = HTTPBasicAuth.value(user, password ?? "")
        }
    }

    private func checkMethod(_ settings: EffectiveSettings) throws {
        guard self.method.isToken else { throw self.error("the method \"\(self.method)\" is not a token") }
        if self.body != nil, self.producer != nil { throw self.error("it has both a body and a bodyProducer") }
        if self.method == "CONNECT" { throw self.error("CONNECT is for proxies: set proxyHost and proxyPort") }
        guard settings.all.allowNonstandardMethods != true else { return }
        guard Self.methods.contains(self.method) else {
            throw self.error("the method \(self.method) needs allowNonstandardMethods")
        }
        let hasBody = self.body != nil || self.producer != nil
        guard !hasBody || Self.methodsWithBody.contains(self.method) else {
            throw self.error("a body with the method \(self.method) needs allowNonstandardMethods")
        }
    }

    private mutating func checkHeaders() throws {
        for field in self.headers.fields {
            guard field.name.isToken, field.value.isFieldValue else {
                throw self.error("the field \"\(field.name)\" can't be sent as it is")
            }
            let name = field.name.lowercased()
            guard !Self.reserved.contains(name) else { throw self.error("the client sets \(field.name) itself") }
            if name == "connection" {
                guard ["close", "keep-alive"].contains(field.value.lowercased()) else {
                    throw self.error("the client sets Connection itself, but for \"close\"")
                }
                self.asksToClose = field.value.lowercased() == "close"
            }
        }
    }

    private func error(_ why: String) -> HTTPClientError {
        HTTPClientError(.request, "Cannot fetch \(self.url.text): \(LogText.escaped(why)).")
    }

    // MARK: Redirects

    static func isRedirect(_ status: Int) -> Bool { [301, 302, 303, 307, 308].contains(status) }

    /// The request that an answer with this status and Location asks for.
    ///
    /// As browsers do: 303 becomes a GET, 301 and 302 do for POST, and the rest stays what it was.
    func following(_ status: Int, _ location: String) throws -> ClientHop {
        var next = self
        do {
            next.url = try self.url.resolving(location)
        } catch let error as HTTPClientError {
            let words = "\(self.url.text) redirects to what is no URL that can be fetched. \(error.description)"
            throw HTTPClientError(error.kind, words)
        }
        next.redirects += 1
        next.headers.remove("Host")
        if status == 303 ? self.method != "HEAD" : (status < 303 && self.method == "POST") {
            next.method = "GET"
            next.body = nil
            next.producer = nil
            for name in ["Content-Type", "Content-Encoding", "Content-Language", "Content-Location"] {
                next.headers.remove(name)
            }
        }
        if !next.url.hasSameOrigin(as: self.url) {
            next.isForeign = true
            next.digest = nil
            for name in ["Authorization", "Cookie", "Proxy-Authorization"] { next.headers.remove(name) }
        }
        if let user = next.url.user { next.identify(user, next.url.password) }
        return next
    }
}
