// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import Logging
import TornadoCore

extension Gateway {
    /// What a gateway application is told of a request: CGI's variables, the body and the log.
    ///
    /// ```swift
    /// let name = environ["HTTP_X_USER"] ?? "nobody"
    /// let body = try environ.input.read()
    /// environ.errors.write("\(name) sent \(body.count) bytes\n")
    /// ```
    ///
    /// The variables are those of CGI and PEP 3333: `REQUEST_METHOD`, `SCRIPT_NAME` (empty), `PATH_INFO`, `QUERY_STRING`,
    /// `REQUEST_URI`, `CONTENT_TYPE`, `CONTENT_LENGTH`, `SERVER_NAME`, `SERVER_PORT`, `SERVER_PROTOCOL`, `REMOTE_ADDR`,
    /// `REMOTE_PORT` and so on, and `HTTP_…` for each header field. Several fields of one name are joined. A field with an
    /// underscore or any other sign but a hyphen in its name is left out, since `X_User` and `X-User` would be one
    /// variable; so is `Proxy`, since HTTP_PROXY means something else to HTTP clients.
    ///
    /// As in PEP 3333 each character of a value stands for a byte (Latin-1): `String(decoding: value.unicodeScalars.map {
    /// UInt8($0.value) }, as: UTF8.self)` reads one as UTF-8.
    public struct Environ {
        /// The variables by their names.
        public let variables: [String: String]
        /// The request's body: `wsgi.input`.
        public let input: Input
        /// The application's log: `wsgi.errors`.
        public let errors = ErrorLog()
        /// The request itself.
        public let request: HTTPServerRequest

        init(_ request: HTTPServerRequest, _ place: CGIPlace, _ input: GatewayInput) {
            var connection = CGIVariables.Connection()
            connection.scheme = request.protocol
            connection.serverName = place.host
            connection.serverPort = place.port
            connection.remoteAddress = request.remoteIP
            connection.remotePort = request.remotePort
            var variables: [String: String] = [:]
            for (name, value) in CGIVariables(request.head, connection).all { variables[name] = String(latin1: value) }
            // It counts compressed bytes, and whoever reads so many would miss the rest.
            if request.isDecompressed { variables["CONTENT_LENGTH"] = nil }
            variables["wsgi.url_scheme"] = connection.scheme
            self.variables = variables
            self.input = Input(input)
            self.request = request
        }

        /// A variable; nil if the request has none of that name.
        public subscript(name: String) -> String? { self.variables[name] }

        /// `http` or `https`: `wsgi.url_scheme`.
        public var urlScheme: String { self.request.protocol }
        /// `wsgi.multithread`: false, since all calls are made on the loop's thread, though several may be under way.
        public var isMultithread: Bool { false }
        /// `wsgi.multiprocess`: false, this process has not been told of others.
        public var isMultiprocess: Bool { false }
        /// `wsgi.run_once`: false, the application is called any number of times.
        public var isRunOnce: Bool { false }
    }

    /// The application's log, `wsgi.errors`: what is written goes to the logger `tornado.application` as errors.
    public struct ErrorLog: TextOutputStream {
        /// Logs a text, a line each.
        public func write(_ text: String) {
            for line in text.split(whereSeparator: \.isNewline) {
                Log.application.error("\(LogText.escaped(String(line)))")
            }
        }
    }
}

extension HTTPServerRequest {
    /// The client's port; 0 for a Unix socket, or if the connection has gone.
    var remotePort: UInt16 {
        guard let exchange else { return 0 }
        var port: UInt16 = 0
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) {
            _ = self.table.pointee.peer(exchange, $0.baseAddress, 64, &port)
        }
        return port
    }
}
