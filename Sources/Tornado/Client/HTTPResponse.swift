// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec

/// What came of a request: a server's answer, or why there is none.
///
/// ```swift
/// client.fetch("http://localhost:8888/") { response in
///     if let error = response.error {
///         print("Error:", error)
///     } else {
///         print(response.code, response.body.count)
///     }
/// }
/// ```
public struct HTTPResponse: Sendable {
    /// The request that was made.
    public let request: HTTPRequest
    /// The status; 599 if there was no answer.
    public let code: Int
    /// The reason phrase that the server sent, or the standard one.
    public let reason: String
    /// The answer's header fields.
    public let headers: HTTPHeaders
    /// The answer's body, as sent: without chunks, but with its Content-Encoding.
    public let body: [UInt8]
    /// Where the answer came from: the request's URL, since redirects are not followed.
    public let effectiveURL: String
    /// What failed; also set for an answer whose status is none of 200 to 299.
    public let error: HTTPClientError?
    /// Seconds from `fetch` to the end of the answer.
    public let requestTime: Double

    /// Throws ``error`` if there is one.
    public func rethrow() throws {
        if let error { throw error }
    }

    init(_ request: HTTPRequest, _ answer: ClientAnswer, requestTime: Double) {
        let reason = answer.reason.isEmpty ? "\(StatusLine.phrase(of: answer.status))" : answer.reason
        self.request = request
        self.code = answer.status
        self.reason = reason
        self.headers = answer.headers
        self.body = answer.body
        self.effectiveURL = request.url
        self.requestTime = requestTime
        self.error =
            (200..<300).contains(answer.status)
            ? nil : HTTPClientError(.status, code: answer.status, "HTTP \(answer.status): \(reason)")
    }

    init(_ request: HTTPRequest, _ error: HTTPClientError, requestTime: Double) {
        self.request = request
        self.code = error.code
        self.reason = "\(error)"
        self.headers = HTTPHeaders()
        self.body = []
        self.effectiveURL = request.url
        self.error = error
        self.requestTime = requestTime
    }
}

/// A server's answer while it arrives.
struct ClientAnswer {
    var status = 0
    var reason = ""
    var headers = HTTPHeaders()
    var body: [UInt8] = []
}
