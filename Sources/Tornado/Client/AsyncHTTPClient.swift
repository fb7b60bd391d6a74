// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import TornadoCore

/// Makes HTTP requests without holding the loop up: a callback is told of the answer.
///
/// ```swift
/// let client = AsyncHTTPClient()
/// client.fetch("http://localhost:8888/") { response in
///     try response.rethrow()
///     print(String(decoding: response.body, as: UTF8.self))
/// }
/// ```
///
/// In a greenlet the callback can resume who asked, so that plain code waits for the answer:
///
/// ```swift
/// let me = Greenlet.current
/// client.fetch(url) { response in try me.switch(response) }
/// let response = try me.parent.switch() as? HTTPResponse
/// ```
///
/// Each request has a connection of its own. Only `http:` is spoken; redirects are not followed, and bodies are not
/// decoded. A client belongs to the thread of the loop that it was made on; it works with and without gtornado.
public final class AsyncHTTPClient {
    /// Bytes of an answer's head; more is an error.
    public var maxHeaderSize = 64 * 1024
    /// Bytes of an answer's body; more is an error.
    public var maxBodySize = 100 * 1024 * 1024

    private let loop = IOLoop.current

    /// A client on the calling thread's loop.
    public init() {}

    /// Fetches a URL with GET.
    ///
    /// - Parameters:
    ///   - url: `http://host:port/path?query`.
    ///   - callback: Called once by the loop, never inside this call. What it throws is logged.
    public func fetch(_ url: String, _ callback: @escaping (HTTPResponse) throws -> Void) {
        self.fetch(HTTPRequest(url), callback)
    }

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - request: What to ask.
    ///   - callback: Called once by the loop, never inside this call, with the answer or with what went wrong. What it
    ///     throws is logged.
    public func fetch(_ request: HTTPRequest, _ callback: @escaping (HTTPResponse) throws -> Void) {
        let limits = RequestLimits(head: max(1, self.maxHeaderSize), body: Int64(max(1, self.maxBodySize)))
        ClientExchange(self.loop, request, limits, callback).begin()
    }
}
