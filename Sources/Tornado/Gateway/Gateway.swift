// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import HTTPCodec
import TornadoCore

/// A gateway application: one function from a request's environment to the body of the answer, as in WSGI and uWSGI.
///
/// ```swift
/// func application(_ environ: Gateway.Environ, _ startResponse: Gateway.StartResponse) throws -> [String] {
///     try startResponse("200 OK", [("Content-Type", "text/plain")])
///     return ["Hello from ", environ["PATH_INFO"] ?? "/"]
/// }
///
/// @c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin {
///     .app("hello", main: Gateway(application).serve)
/// }
/// ```
///
/// Under gtornado each call of the function has a greenlet to itself: it may block, read the request's body while that
/// arrives, and wait for a slow client while it sends. By itself it is called when the body is whole, and whatever it
/// waits for holds up the process.
///
/// What the function throws before anything was sent is answered with 500, after that the connection is dropped; both are
/// logged. A gateway belongs to the loop's thread.
public final class Gateway {
    /// Whether a client that closes its connection, or only its sending half, ends the call of the function for it.
    ///
    /// The greenlet's waits fail then, with `ECANCELED` where they are libc's, and nothing is answered. Counts for what
    /// listens afterwards, under gtornado only.
    public var endsOnDisconnect = false
    let settings: HTTPServer.Settings
    private let application: (Environ, StartResponse) throws -> GatewayBody
    /// Of a server that cannot tell where a client has connected to.
    private var place = CGIPlace()

    /// A gateway to a function whose body comes in pieces, of `String` or bytes.
    ///
    /// A lazy sequence is asked for its next piece when the one before is on its way to the client and the client keeps
    /// up. An array has a length, which is sent if the function gives no Content-Length.
    ///
    /// - Parameters:
    ///   - settings: How clients are treated.
    ///   - application: The function.
    public init<Body: Sequence>(
        settings: HTTPServer.Settings = HTTPServer.Settings(),
        _ application: @escaping (Environ, StartResponse) throws -> Body
    ) where Body.Element: GatewayPiece {
        self.settings = settings
        self.application = { GatewayBody(try application($0, $1)) }
    }

    /// A gateway to a function whose body is one text, sent as UTF-8.
    public init(
        settings: HTTPServer.Settings = HTTPServer.Settings(),
        _ application: @escaping (Environ, StartResponse) throws -> String
    ) {
        self.settings = settings
        self.application = { GatewayBody([try application($0, $1)]) }
    }

    /// A gateway to a function whose body is bytes.
    public init(
        settings: HTTPServer.Settings = HTTPServer.Settings(),
        _ application: @escaping (Environ, StartResponse) throws -> [UInt8]
    ) {
        self.settings = settings
        self.application = { GatewayBody([try application($0, $1)]) }
    }

    /// Listens on port 8888, or where the runner says (`--http-socket`), and runs the loop until it is stopped.
    ///
    /// - Throws: `ListenError`, with a sentence that says what to try.
    public func serve() throws {
        try self.listen(8888)
        try IOLoop.current.start()
    }

    /// Listens on a TCP port of an address; empty is every interface, and port 0 a free one.
    ///
    /// - Returns: Where it listens.
    /// - Throws: `ListenError`, with a sentence that says what to try.
    @discardableResult
    public func listen(_ port: Int, address: String = "") throws -> Listening {
        let listening = try self.makeServer().listen(port, address: address)
        self.place = CGIPlace(listening: listening.address)
        return listening
    }

    /// Listens on `host:port`, `:port`, `[::1]:port`, `unix:/path`, or the inherited descriptor `fd://3`.
    ///
    /// - Returns: Where it listens.
    /// - Throws: `ListenError`, with a sentence that says what to try.
    @discardableResult
    public func listen(on address: String) throws -> Listening {
        let listening = try self.makeServer().listen(on: address)
        self.place = CGIPlace(listening: listening.address)
        return listening
    }

    private func makeServer() -> HTTPServer {
        let server = HTTPServer(settings: self.settings) { self.answer($0) }
        server.readsBodyInCallback = true
        server.endsCallbackOnDisconnect = self.endsOnDisconnect
        return server
    }

    private func answer(_ request: HTTPServerRequest) {
        let response = GatewayResponse(request)
        let place = request.exchange.map { CGIPlace(of: $0, request.table, or: self.place) } ?? self.place
        let environ = Environ(request, place, GatewayInput(request))
        let exchange = GatewayExchange(request, response)
        exchange.run { try self.application(environ, StartResponse(response)) }
    }
}
