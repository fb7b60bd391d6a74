// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TornadoCore

/// Fetching, in three forms.
extension AsyncHTTPClient {
    // MARK: Callbacks

    /// Fetches a URL with GET.
    ///
    /// - Parameters:
    ///   - url: `http://host:port/path?query`, or `https:`.
    ///   - callback: Called once by the loop, never inside this call. What it throws is logged.
    public func fetch(_ url: String, _ callback: @escaping (HTTPResponse) throws -> Void) {
        self.fetch(HTTPRequest(url), callback)
    }

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - request: What to ask.
    ///   - callback: Called once by the loop, never inside this call, with the answer or with what went wrong: see
    ///     ``HTTPResponse/result``. What it throws is logged.
    public func fetch(_ request: HTTPRequest, _ callback: @escaping (HTTPResponse) throws -> Void) {
        let loop = self.core.loop
        self.begin(request, nil) { response in loop.spawnCallback { try callback(response) } }
    }

    // MARK: Tasks

    /// Fetches a URL with GET; see ``fetch(_:raiseError:)-(HTTPRequest,_)``.
    nonisolated(nonsending) public func fetch(_ url: String, raiseError: Bool = true) async throws -> HTTPResponse {
        try await self.fetch(HTTPRequest(url), raiseError: raiseError)
    }

    /// Makes a request, and suspends the task, which must be on the client's thread, until it is answered.
    ///
    /// - Parameters:
    ///   - request: What to ask.
    ///   - raiseError: Whether an answer is thrown as an error if its status is none of 200 to 299.
    /// - Returns: The answer.
    /// - Throws: ``HTTPClientError``; `CancellationError` if the task is cancelled, which ends the request and closes its
    ///   connection.
    nonisolated(nonsending) public func fetch(
        _ request: HTTPRequest,
        raiseError: Bool = true
    ) async throws -> HTTPResponse {
        let wait = FetchWait<HTTPResponse>()
        let fetch = self.begin(request, nil) { wait.set($0) }
        do {
            try await wait.event.wait()
        } catch {
            fetch?.fail(.cancelled, "its task was cancelled")
            throw error
        }
        return try Self.outcome(wait.value, raiseError)
    }

    // MARK: Greenlets

    /// Fetches a URL with GET; see ``fetch(_:raiseError:)-(HTTPRequest,_)``.
    public func fetch(_ url: String, raiseError: Bool = true) throws -> HTTPResponse {
        try self.fetch(HTTPRequest(url), raiseError: raiseError)
    }

    /// Makes a request, and suspends the greenlet until it is answered.
    ///
    /// Outside of greenlets it runs the loop in place, if that does not run yet.
    ///
    /// - Parameters:
    ///   - request: What to ask.
    ///   - raiseError: Whether an answer is thrown as an error if its status is none of 200 to 299.
    /// - Returns: The answer.
    /// - Throws: ``HTTPClientError``; why the caller cannot wait, or what was thrown into it meanwhile, which ends the request
    ///   and closes its connection.
    public func fetch(_ request: HTTPRequest, raiseError: Bool = true) throws -> HTTPResponse {
        let wait = FetchWait<HTTPResponse>()
        let fetch = self.begin(request, nil) { wait.set($0) }
        do {
            try FetchWait<Never>.block(on: wait.event, self.core.loop)
        } catch {
            fetch?.fail(.cancelled, "whoever waited for it has gone")
            throw error
        }
        return try Self.outcome(wait.value, raiseError)
    }

    // MARK: Streams

    /// Fetches a URL with GET, and reads the body while it arrives; see ``open(_:raiseError:)-(HTTPRequest,_)``.
    nonisolated(nonsending) public func open(_ url: String, raiseError: Bool = true) async throws -> HTTPStream {
        try await self.open(HTTPRequest(url), raiseError: raiseError)
    }

    /// Makes a request, and suspends the task until the head of the answer is there; the body is read from the stream.
    ///
    /// - Throws: What ``fetch(_:raiseError:)-(HTTPRequest,_)`` throws.
    nonisolated(nonsending) public func open(
        _ request: HTTPRequest,
        raiseError: Bool = true
    ) async throws -> HTTPStream {
        let wait = FetchWait<HTTPResponse>()
        let source = self.source(request, wait)
        do {
            try await wait.event.wait()
        } catch {
            source.close()
            throw error
        }
        return try Self.stream(wait.value, source, raiseError)
    }

    /// Fetches a URL with GET, and reads the body while it arrives; see ``open(_:raiseError:)-(HTTPRequest,_)``.
    public func open(_ url: String, raiseError: Bool = true) throws -> HTTPStream {
        try self.open(HTTPRequest(url), raiseError: raiseError)
    }

    /// Makes a request, and suspends the greenlet until the head of the answer is there; the body is read from the stream.
    ///
    /// - Throws: What ``fetch(_:raiseError:)-(HTTPRequest,_)`` throws.
    public func open(_ request: HTTPRequest, raiseError: Bool = true) throws -> HTTPStream {
        let wait = FetchWait<HTTPResponse>()
        let source = self.source(request, wait)
        do {
            try FetchWait<Never>.block(on: wait.event, self.core.loop)
        } catch {
            source.close()
            throw error
        }
        return try Self.stream(wait.value, source, raiseError)
    }

    // MARK: What they have in common

    private static func outcome(_ response: HTTPResponse?, _ raiseError: Bool) throws -> HTTPResponse {
        guard let response else {
            throw HTTPClientError(.cancelled, "The loop was stopped before there was an answer.")
        }
        if raiseError || response.failure != nil { try response.rethrow() }
        return response
    }

    private static func stream(
        _ response: HTTPResponse?,
        _ source: HTTPStream.Source,
        _ raiseError: Bool
    ) throws -> HTTPStream {
        do {
            return HTTPStream(try Self.outcome(response, raiseError), source)
        } catch {
            source.close()
            throw error
        }
    }

    private func source(_ request: HTTPRequest, _ wait: FetchWait<HTTPResponse>) -> HTTPStream.Source {
        let source = HTTPStream.Source()
        source.onHead = { wait.set($0) }
        source.fetch = self.begin(request, source) { source.ended($0) }
        return source
    }

    /// Begins a fetch, whose end is told to `ended`, maybe inside of this call; nil if it has failed at once.
    @discardableResult
    private func begin(
        _ request: HTTPRequest,
        _ source: HTTPStream.Source?,
        _ ended: @escaping (HTTPResponse) -> Void
    ) -> ClientFetch? {
        let core = self.core
        core.checkThread()
        do {
            let settings = core.effective(request.sharedSettings)
            let sink =
                source.map { ClientSink.stream($0) } ?? request.streamingCallback.map { .callback($0) } ?? .response
            let fetch = try ClientFetch(core, request, settings, sink, ended)
            source?.fetch = fetch
            core.add(fetch)
            return fetch
        } catch {
            let failure =
                error as? HTTPClientError
                ?? HTTPClientError(.request, "Cannot fetch \(ClientURL.redacted(request.url)): \(error)")
            ended(HTTPResponse(failed: request, failure))
            return nil
        }
    }
}

extension HTTPResponse {
    /// What comes of a request that can't even begin.
    fileprivate init(failed request: HTTPRequest, _ error: HTTPClientError) {
        self.init(
            request: request,
            code: error.code,
            body: [],
            effectiveURL: request.url,
            requestTime: 0,
            startTime: 0,
            timeInfo: HTTPTimeInfo(),
            head: ResponseFields(),
            failure: error
        )
    }
}
