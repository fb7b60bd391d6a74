// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import TornadoCore

/// Routes requests to handlers.
///
/// ```swift
/// final class MainHandler: RequestHandler {
///     override func get() throws { write("Hello, world") }
/// }
///
/// let app = Application([.url("/", MainHandler.self)])
/// try app.listen(8888)
/// try IOLoop.current.start()
/// ```
///
/// An application belongs to the loop's thread.
open class Application {
    /// The settings, as given.
    public var settings: Settings {
        get { self.currentSettings }
        set { self.currentSettings = newValue }
    }

    // Looked at for every request: private, so that the compiler sees every access and needs no check at run time.
    private var currentSettings: Settings
    /// The host whose rules are tried where no rule fits the host that the client asked for.
    public let defaultHost: String?
    private var hostRules: [HostRules] = []
    private var hasHostRules = false
    let defaultRules = RuleTable()

    /// An application with routes for every host.
    ///
    /// Routes are tried in order; the first that matches wins.
    public init(_ handlers: [URLSpec] = [], defaultHost: String? = nil, settings: Settings = Settings()) {
        self.currentSettings = settings
        self.defaultHost = defaultHost
        for handler in handlers { self.defaultRules.add(handler) }
    }

    /// Adds routes for the hosts whose name, without port, matches a pattern.
    ///
    /// They come before those of every host; hosts are tried in the order in which they were added.
    ///
    /// A pattern that is no regular expression is a mistake in the app and ends the program: see `PathPattern`.
    public final func addHandlers(hostPattern: String, _ handlers: [URLSpec]) {
        let pattern = PathPattern.orTrap(hostPattern, "Application.addHandlers(hostPattern:)")
        if pattern.text == ".*" || pattern.text == ".*$" {
            for handler in handlers { self.defaultRules.add(handler) }
            return
        }
        let rules = RuleTable()
        for handler in handlers { rules.add(handler) }
        self.hostRules += [HostRules(pattern: pattern, rules: rules)]
        self.hasHostRules = true
    }

    /// The path of the route named so, its groups filled with `arguments`, percent-encoded.
    ///
    /// - Throws: `RoutingError` if there is no such route, the number of arguments differs, or the pattern is too
    ///   complex to be filled in.
    public final func reverseURL(_ name: String, _ arguments: String...) throws -> String {
        try self.reverseURL(name, arguments: arguments)
    }

    final func reverseURL(_ name: String, arguments: [String]) throws -> String {
        let hostRules = self.hostRules
        let tables = hostRules.map(\.rules) + [self.defaultRules]
        guard let spec = tables.lazy.compactMap({ $0.named(name) }).first else {
            throw RoutingError(message: "There is no route named \"\(name)\".")
        }
        return try spec.reverse(arguments)
    }

    /// Makes an `HTTPServer` for this application and listens on a TCP port.
    ///
    /// - Throws: `ListenError`, with a sentence that says what to try.
    @discardableResult
    public final func listen(
        _ port: Int,
        address: String = "",
        backlog: Int = 0,
        reusePort: Bool = false,
        settings: HTTPServer.Settings = HTTPServer.Settings()
    ) throws -> HTTPServer {
        let server = HTTPServer(self, settings: settings)
        try server.listen(port, address: address, backlog: backlog, reusePort: reusePort)
        return server
    }

    /// Writes the access line of a request that is finished: `200 GET /x (127.0.0.1) 0.51ms`, to the logger
    /// `tornado.access`, or calls the setting `logFunction`.
    open func logRequest(_ handler: RequestHandler) {
        if let function = self.currentSettings.logFunction {
            function(handler)
        } else {
            AccessLog.log(Int(handler.status), handler.request)
        }
    }

    // MARK: Requests

    /// A request's head is complete: makes its handler and runs it.
    final func begin(_ request: HTTPServerRequest) {
        let path = request.pathView.buffer
        var groups = PathMatch()
        // The entry is its table's, which is the application's: there as long as the handler, which holds that.
        if let entry = self.find(request, path, &groups) {
            entry._withUnsafeGuaranteedRef { self.start($0, request, path, groups) }
        } else {
            self.start(self.notFound, request, path, groups)
        }
    }

    @inline(__always)
    private func find(
        _ request: HTTPServerRequest,
        _ path: UnsafeBufferPointer<UInt8>,
        _ match: inout PathMatch
    ) -> Unmanaged<RuleTable.Entry>? {
        guard self.hasHostRules else { return self.defaultRules.place(path, &match) }
        // Rules of one host do not hide those of every host.
        return self.rules(for: request).place(path, &match) ?? self.defaultRules.place(path, &match)
    }

    private func start(
        _ entry: RuleTable.Entry,
        _ request: HTTPServerRequest,
        _ path: UnsafeBufferPointer<UInt8>,
        _ match: PathMatch
    ) {
        let handler = entry.handlerClass.init(application: self, request: request)
        if !match.groups.isEmpty, !entry.pattern.assign(match, of: path, to: handler) {
            handler.handle(HTTPError(400, "A part of the path is not UTF-8."))
        } else {
            handler.begin(entry.arguments)
        }
        if !handler.isFinished { request.handler = handler }
    }

    private lazy var notFound: RuleTable.Entry = {
        let handler = self.settings.defaultHandler ?? ErrorHandler.self
        return RuleTable.Entry(URLSpec("", handler, self.settings.defaultHandlerArguments, name: nil))
    }()

    private func rules(for request: HTTPServerRequest) -> RuleTable {
        let host = request.hostName
        let hostRules = self.hostRules
        if let found = hostRules.first(where: { $0.pattern.matches(host) }) { return found.rules }
        // As Tornado does: a proxy that names the client knows the host, so the default host is for direct clients.
        guard let defaultHost, !request.headers.contains("X-Real-Ip") else { return self.defaultRules }
        return hostRules.first { $0.pattern.matches(defaultHost) }?.rules ?? self.defaultRules
    }
}

extension Application {
    /// An application's settings.
    public struct Settings {
        /// Shows what a handler threw on the error page.
        ///
        /// For development only.
        public var serveTraceback = false
        /// Called for each finished request, instead of writing the access line.
        public var logFunction: ((RequestHandler) -> Void)?
        /// Answers what no route matches; nil for a 404 page.
        public var defaultHandler: RequestHandler.Type?
        /// Given to `defaultHandler`.
        public var defaultHandlerArguments: HandlerArguments = [:]
        /// Seconds between two pings to a WebSocket's client; nil for none.
        public var websocketPingInterval: Double?
        /// Seconds after a ping within which a WebSocket's client must be heard of; nil is the interval.
        public var websocketPingTimeout: Double?
        /// The most bytes of a WebSocket's message, decompressed.
        public var websocketMaxMessageSize = 10 * 1024 * 1024
        private var values: [String: Any] = [:]

        /// Tornado's defaults.
        public init() {}

        /// A value of the app's own.
        public subscript(name: String) -> Any? {
            get { self.values[name] }
            set { self.values[name] = newValue }
        }
    }
}

/// Routes for hosts that match a pattern.
private struct HostRules {
    let pattern: PathPattern
    let rules: RuleTable
}
