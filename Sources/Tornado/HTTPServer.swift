// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import TornadoCore

/// An HTTP/1.1 server on the calling thread's loop, made by whatever the registry's `httpserver` slot holds.
///
/// ```swift
/// let server = HTTPServer(app)
/// try server.listen(8888)
/// try IOLoop.current.start()
/// ```
///
/// The server keeps itself alive from its first `listen` until `close()`. All calls belong to the loop's thread.
public final class HTTPServer {
    enum Target {
        case application(Application)
        case callback((HTTPServerRequest) throws -> Void)
    }

    /// The settings, as given.
    public let settings: Settings
    let target: Target
    /// The target's, not counted again.
    let application: Unmanaged<Application>?
    let table: UnsafePointer<gt_httpserver>
    /// What puts synchronous handlers into greenlets; null where nothing does.
    let suspend = Registry.suspend
    let cores: Cores
    /// The same, not counted again: for the requests, which hold their server.
    let coresReference: Unmanaged<Cores>
    /// The loop of the thread that made the server.
    let loop = IOLoop.current
    /// The callback reads the body itself, in a greenlet, if there are any: it is called before the body is there.
    var readsBodyInCallback = false
    /// A client that goes ends the greenlet of its callback.
    var endsCallbackOnDisconnect = false
    private(set) var engine: OpaquePointer?
    private var bound: [(address: String, backlog: Int, reusePort: Bool)] = []

    /// A server that gives its requests to an application.
    public init(_ application: Application, settings: Settings = Settings()) {
        self.settings = settings
        self.cores = Cores.current
        self.coresReference = .passUnretained(self.cores)
        self.target = .application(application)
        self.application = Unmanaged.passUnretained(application)
        self.table = Registry.httpserver
    }

    /// A server that gives its requests, bodies read, to a function, which answers through `request.connection`.
    ///
    /// Under gtornado each call of the function runs in a greenlet, and may call what blocks (see `Cores`).
    ///
    /// A request for which the function throws before it has begun an answer is answered with 500.
    public init(settings: Settings = Settings(), _ requestCallback: @escaping (HTTPServerRequest) throws -> Void) {
        self.settings = settings
        self.cores = Cores.current
        self.coresReference = .passUnretained(self.cores)
        self.target = .callback(requestCallback)
        self.application = nil
        self.table = Registry.httpserver
    }

    /// Listens on a TCP port.
    ///
    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - address: An IP address or host name; empty for every interface.
    ///   - backlog: The queue of connections not yet accepted; 0 for the default.
    ///   - reusePort: Lets several processes listen on the port.
    /// - Returns: Where it listens.
    /// - Throws: `ListenError`, with a sentence that says what to try.
    @discardableResult
    public func listen(_ port: Int, address: String = "", backlog: Int = 0, reusePort: Bool = false) throws -> Listening
    {
        guard (0...65535).contains(port) else {
            throw ListenError("Cannot listen on port \(port): a port is a number from 0 to 65535.")
        }
        let host = address.utf8.contains(UInt8(ascii: ":")) && !address.hasPrefix("[") ? "[\(address)]" : address
        return try self.listen(on: "\(host):\(port)", backlog: backlog, reusePort: reusePort)
    }

    /// Listens on `host:port`, `:port`, `[::1]:port`, `unix:/path`, or the inherited descriptor `fd://3`.
    @discardableResult
    public func listen(on address: String, backlog: Int = 0, reusePort: Bool = false) throws -> Listening {
        let engine = try self.started()
        var result = gt_listening()
        result.size = UInt32(MemoryLayout<gt_listening>.size)
        let backlog = Int32(clamping: backlog)
        let status = self.table.pointee.listen(engine, address, backlog, reusePort ? 1 : 0, &result)
        guard status >= 0 else { throw ListenError(address, code: -status, text(of: result.error)) }
        return Listening(fd: result.fd, address: text(of: result.address), url: text(of: result.url))
    }

    /// Accepts connections from a socket that already listens; the server owns it from then on.
    @discardableResult
    public func addSocket(_ fd: Int32) throws -> Listening {
        try self.listen(on: "fd://\(fd)")
    }

    /// Remembers a port for `start()`.
    public func bind(_ port: Int, address: String = "", backlog: Int = 0, reusePort: Bool = false) {
        let host = address.utf8.contains(UInt8(ascii: ":")) && !address.hasPrefix("[") ? "[\(address)]" : address
        self.bound.append((address: "\(host):\(port)", backlog: backlog, reusePort: reusePort))
    }

    /// Listens on every port that `bind` remembered.
    public func start() throws {
        for place in self.bound {
            try self.listen(on: place.address, backlog: place.backlog, reusePort: place.reusePort)
        }
        self.bound = []
    }

    /// Stops listening.
    ///
    /// Connections go on.
    public func stop() {
        guard let engine else { return }
        self.table.pointee.stop(engine)
    }

    /// Drops every connection now; `onConnectionClose` is called for requests under way.
    ///
    /// WebSockets are closed with 1001.
    public func closeAllConnections() {
        guard let engine else { return }
        WebSocketShutdown.close(self)
        self.table.pointee.close_all_connections(engine)
    }

    /// The connections that are open.
    public var connectionCount: Int {
        guard let engine else { return 0 }
        return self.table.pointee.connection_count(engine)
    }

    /// Whether new connections are left in the kernel's queue for now.
    ///
    /// A server of a provider that cannot do it accepts them all the same.
    var isPaused = false {
        didSet { if self.isPaused != oldValue { self.tellPaused() } }
    }

    private func tellPaused() {
        let offset = MemoryLayout<gt_httpserver>.offset(of: \.pause) ?? Int.max
        guard let engine, Int(self.table.pointee.size) > offset else { return }
        self.table.pointee.pause?(engine, self.isPaused ? 1 : 0)
    }

    /// Stops listening, drops every connection and frees the server.
    ///
    /// Not from inside a handler: use `IOLoop.current.addCallback` there.
    public func close() {
        guard let engine else { return }
        self.engine = nil
        WebSocketShutdown.close(self)
        self.cores.remove(self)
        self.table.pointee.destroy(engine)
        Unmanaged.passUnretained(self).release()
    }

    /// The address of an exchange's client; empty for a Unix socket.
    func address(of exchange: OpaquePointer) -> String {
        String(unsafeUninitializedCapacity: 64) { text in
            text.withMemoryRebound(to: CChar.self) {
                min(self.table.pointee.peer(exchange, $0.baseAddress, 64, nil), 63)
            }
        }
    }

    var callsBackAtOnce: Bool { self.readsBodyInCallback && self.suspend != nil }

    private func started() throws -> OpaquePointer {
        if let engine { return engine }
        guard let loop = Registry.ioloop.pointee.current() else {
            throw ListenError("No event loop can be made: \(String(cString: strerror(errno))).")
        }
        // Balanced by close().
        let context = Unmanaged.passRetained(self)
        let engine: OpaquePointer
        do throws(ListenError) {
            engine = try self.made(loop, context.toOpaque())
        } catch {
            context.release()
            throw error
        }
        self.engine = engine
        self.cores.add(self)
        if self.suspend == nil { self.cores.warnWithoutEngine() }
        return engine
    }
}

/// Where a server listens.
public struct Listening: Sendable {
    /// The listening descriptor, owned by the server.
    public let fd: Int32
    /// As bound: `127.0.0.1:8888`, `[::1]:8888`, `unix:/path`.
    public let address: String
    /// What a person opens: `http://127.0.0.1:8888/`.
    public let url: String
}

/// Why a server can't listen.
public struct ListenError: Error, CustomStringConvertible, Sendable {
    /// The errno value; 0 where there is none.
    public let code: Int32
    /// A sentence: what failed, on what, why, and what to try.
    public let message: String

    init(_ message: String) {
        self.code = 0
        self.message = message
    }

    init(_ address: String, code: Int32, _ why: String) {
        self.code = code
        self.message = why.isEmpty ? "Cannot listen on \(address): \(String(cString: strerror(code)))." : why
    }

    /// The sentence.
    public var description: String { self.message }
}

/// The text in one of the seam's fixed arrays of characters, which end in NUL.
private func text<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
