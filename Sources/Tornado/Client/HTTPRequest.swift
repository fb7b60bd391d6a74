// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A request that an HTTP client is to make.
///
/// ```swift
/// var request = HTTPRequest("http://localhost:8888/items", method: "POST")
/// request.headers["Content-Type"] = "application/json"
/// request.body = Array(#"{"name": "x"}"#.utf8)
/// request.requestTimeout = 5
/// ```
public struct HTTPRequest: Sendable {
    /// What to fetch: `http://host:port/path?query`.
    ///
    /// What is not ASCII must be percent-encoded.
    public var url: String
    /// The method, as it is sent.
    public var method: String
    /// Header fields; `Host`, `User-Agent` and what framing needs are added.
    public var headers: HTTPHeaders
    /// The body; nil for none.
    public var body: [UInt8]?
    /// Seconds to look the host up and to connect; 0 for no limit but ``requestTimeout``.
    public var connectTimeout: Double
    /// Seconds for the whole request; 0 for no limit.
    public var requestTimeout: Double

    /// A request, with Tornado's timeouts of 20 seconds.
    public init(
        _ url: String,
        method: String = "GET",
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        connectTimeout: Double = 20,
        requestTimeout: Double = 20
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.requestTimeout = requestTimeout
    }
}
