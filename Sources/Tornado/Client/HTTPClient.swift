// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

public import TornadoCore

/// Makes HTTP requests one after the other, for scripts: each waits for its answer.
///
/// ```swift
/// let client = HTTPClient()
/// print(try client.fetch("http://localhost:8888/").body.count)
/// client.close()
/// ```
///
/// It is an ``AsyncHTTPClient`` of its own, of which only the blocking form is used: in a greenlet that waits alone; outside
/// of greenlets it runs the thread's loop in place, which must not run already.
public final class HTTPClient {
    private let client: AsyncHTTPClient

    /// A client of one's own.
    ///
    /// - Parameters:
    ///   - settings: What to make it with; nil is what ``AsyncHTTPClient/configure(_:)`` was told.
    ///   - resolver: Whom to ask for addresses; nil is the runner's resolver, else libc's.
    public init(settings: HTTPClientSettings? = nil, resolver: (any Resolver)? = nil) {
        self.client = AsyncHTTPClient(forceInstance: true, settings: settings, resolver: resolver)
    }

    /// Fetches a URL with GET, and waits for the answer.
    ///
    /// - Throws: What ``AsyncHTTPClient/fetch(_:raiseError:)-(HTTPRequest,_)`` throws.
    public func fetch(_ url: String, raiseError: Bool = true) throws -> HTTPResponse {
        try self.client.fetch(url, raiseError: raiseError)
    }

    /// Makes a request, and waits for the answer.
    ///
    /// - Throws: What ``AsyncHTTPClient/fetch(_:raiseError:)-(HTTPRequest,_)`` throws.
    public func fetch(_ request: HTTPRequest, raiseError: Bool = true) throws -> HTTPResponse {
        try self.client.fetch(request, raiseError: raiseError)
    }

    /// Closes its connections; it can't be used any more.
    public func close() {
        self.client.close()
    }
}
