// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TornadoCore

/// A request that an HTTP client is to make.
///
/// ```swift
/// var request = HTTPRequest("https://localhost:8888/items", method: "POST")
/// request.headers["Content-Type"] = "application/json"
/// request.body = Array(#"{"name": "x"}"#.utf8)
/// request.requestTimeout = 5
/// request.caCerts = "own-ca.pem"
/// ```
///
/// Besides what is declared here it has all of ``HTTPRequestSettings``, under their names.
@dynamicMemberLookup
public struct HTTPRequest: Sendable {
    /// What to fetch: `http://host:port/path?query`, or `https:`.
    ///
    /// What is not ASCII must be percent-encoded. A name and password in front of the host are sent as credentials.
    public var url: String
    /// The method, as it is sent.
    public var method: String
    /// Header fields; `Host`, `User-Agent`, `Accept-Encoding` and what framing needs are added.
    public var headers: HTTPHeaders
    /// The body; nil for none.
    public var body: [UInt8]?
    /// What makes the body while it is sent, instead of ``body``.
    public var bodyProducer: HTTPBodyProducer?

    private var extras: Extras?

    /// Settings that copies of a request have in common, by which a client knows them again.
    final class SharedSettings: Sendable {
        let all: HTTPRequestSettings

        init(_ all: HTTPRequestSettings) { self.all = all }
    }

    /// What most requests leave alone, out of the way of copies.
    private final class Extras: Sendable {
        let settings: SharedSettings
        let streaming: LoopBound<([UInt8]) throws -> Void>?
        let header: LoopBound<(String) throws -> Void>?

        init(
            _ settings: SharedSettings,
            _ streaming: LoopBound<([UInt8]) throws -> Void>?,
            _ header: LoopBound<(String) throws -> Void>?
        ) {
            self.settings = settings
            self.streaming = streaming
            self.header = header
        }
    }

    /// A request; timeouts that are nil are the client's defaults, 20 seconds.
    public init(
        _ url: String,
        method: String = "GET",
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        connectTimeout: Double? = nil,
        requestTimeout: Double? = nil
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        if connectTimeout != nil || requestTimeout != nil {
            self.settings.connectTimeout = connectTimeout
            self.settings.requestTimeout = requestTimeout
        }
    }

    /// What this request wants otherwise than the client's defaults.
    public var settings: HTTPRequestSettings {
        get { self.extras?.settings.all ?? HTTPRequestSettings() }
        set { self.extras = Extras(SharedSettings(newValue), self.extras?.streaming, self.extras?.header) }
    }

    /// Any of ``settings`` by its name.
    public subscript<Value>(dynamicMember path: WritableKeyPath<HTTPRequestSettings, Value>) -> Value {
        get { self.settings[keyPath: path] }
        set { self.settings[keyPath: path] = newValue }
    }

    /// Is given the answer's body piece by piece, instead of ``HTTPResponse/body``, on the loop.
    ///
    /// Not of answers that redirect, or ask for credentials and get them. What it throws ends the fetch. It cannot slow the
    /// server down: ``AsyncHTTPClient/open(_:)`` can. Set and fetched on the same thread.
    public var streamingCallback: (([UInt8]) throws -> Void)? {
        get { self.extras?.streaming?.value }
        set { self.extras = Extras(self.sharedOrNew, newValue.map { LoopBound($0) }, self.extras?.header) }
    }

    /// Is given each line of the answer's head, with its line break: the status line, the fields, the empty line.
    ///
    /// Not of answers that redirect, or ask for credentials and get them. What it throws ends the fetch. Set and fetched on
    /// the same thread.
    public var headerCallback: ((String) throws -> Void)? {
        get { self.extras?.header?.value }
        set { self.extras = Extras(self.sharedOrNew, self.extras?.streaming, newValue.map { LoopBound($0) }) }
    }

    /// Nil if nothing but a client's defaults is wanted.
    var sharedSettings: SharedSettings? { self.extras?.settings }

    private var sharedOrNew: SharedSettings { self.sharedSettings ?? SharedSettings(HTTPRequestSettings()) }

    /// Whether it has callbacks that belong to another thread than the caller's.
    var isOfAnotherThread: Bool {
        let producer = self.bodyProducer.map { $0.run.value == nil } ?? false
        guard let extras = self.extras else { return producer }
        return producer || (extras.streaming != nil && extras.streaming?.value == nil)
            || (extras.header != nil && extras.header?.value == nil)
    }
}
