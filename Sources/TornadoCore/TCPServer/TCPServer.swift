// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Logging

/// A server of connections: override ``handleStream(_:_:)``, or give it a function.
///
/// ```swift
/// final class EchoServer: TCPServer {
///     override func handleStream(_ stream: IOStream, _ address: SocketAddress) throws {
///         while true { try stream.write(stream.readUntil("\n")) }
///     }
/// }
/// let server = EchoServer()
/// try server.listen(8888)
/// try IOLoop.current.start()
/// ```
///
/// Under gtornado each connection's handler runs in a greenlet, and may wait; without, it runs in a callback of the loop, and
/// uses the streams' callback forms. A handler that awaits is an ``AsyncTCPServer``'s. An error that a handler throws closes the
/// stream, and is logged unless it says that the stream was closed. A handler that returns leaves the stream open: callbacks may
/// have been set on it.
///
/// The loop keeps a server that listens. All calls belong to the loop's thread.
open class TCPServer {
    /// How to speak TLS; null: plain TCP.
    public let sslOptions: SSLOptions?
    /// Bytes that a stream may read ahead; null is the streams' default.
    public let maxBufferSize: Int?
    /// Bytes that a stream reads at a time; null is the streams' default.
    public let readChunkSize: Int?

    let loop = IOLoop.current
    private let context: TLSContext?
    private let handler: ((IOStream, SocketAddress) throws -> Void)?
    private var accepting: [Int32: (pending: Pending, path: String?)] = [:]
    private var bound: [() throws -> Void] = []
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var idleCallbacks: [() -> Void] = []

    /// A connection whose handler has not ended.
    private struct Connection {
        let stream: IOStream
        let end: () -> Void
    }

    /// A server.
    ///
    /// - Parameters:
    ///   - sslOptions: How to speak TLS; its files are read now. Null: plain TCP.
    ///   - maxBufferSize: Bytes that a stream may read ahead.
    ///   - readChunkSize: Bytes that a stream reads at a time.
    ///   - handler: Called with each connection; null: ``handleStream(_:_:)`` is overridden.
    /// - Throws: ``SSLError``.
    public init(
        sslOptions: SSLOptions? = nil,
        maxBufferSize: Int? = nil,
        readChunkSize: Int? = nil,
        _ handler: ((IOStream, SocketAddress) throws -> Void)? = nil
    ) throws {
        self.sslOptions = sslOptions
        self.maxBufferSize = maxBufferSize
        self.readChunkSize = readChunkSize
        self.context = try sslOptions.map { try TLSContext($0, server: true) }
        self.handler = handler
    }

    /// Called with each connection.
    ///
    /// - Parameters:
    ///   - stream: The connection, whose TLS handshake goes on while this is called.
    ///   - address: The client's.
    /// - Throws: What is to be logged; the stream is closed then.
    open func handleStream(_ stream: IOStream, _ address: SocketAddress) throws {
        guard let handler = self.handler else {
            throw TCPServerError("\(type(of: self)) neither overrides handleStream() nor was given a function")
        }
        try handler(stream, address)
    }

    // MARK: Listening

    /// Listens on a TCP port.
    ///
    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - address: A host of this machine; null or empty: every interface.
    ///   - family: What kind of addresses to use.
    ///   - backlog: The queue of connections not yet accepted; 0 is the default.
    ///   - flags: getaddrinfo's, as ``bindSockets(_:_:family:backlog:flags:reusePort:)`` takes them.
    ///   - reusePort: Lets several processes listen on the port.
    /// - Returns: Where it listens.
    /// - Throws: ``BindError``, ``ResolverError`` or ``IOLoopError``; it listens nowhere new then.
    @discardableResult
    public final func listen(
        _ port: Int,
        address: String? = nil,
        family: AddressFamily = .unspecified,
        backlog: Int = 0,
        flags: Int32? = nil,
        reusePort: Bool = false
    ) throws -> [SocketAddress] {
        let sockets = try bindSockets(
            port,
            address,
            family: family,
            backlog: backlog,
            flags: flags,
            reusePort: reusePort
        )
        try self.addSockets(sockets)
        return sockets.compactMap { SocketAddress(localOf: $0) }
    }

    /// Listens on a Unix socket, whose file is removed when the server stops.
    ///
    /// - Parameters:
    ///   - path: Where, or behind an `@` an abstract name.
    ///   - mode: Who may connect.
    ///   - backlog: The queue of connections not yet accepted; 0 is the default.
    /// - Throws: ``BindError`` or ``IOLoopError``.
    public final func listen(unix path: String, mode: UInt32 = 0o600, backlog: Int = 0) throws {
        let socket = try bindUnixSocket(path, mode: mode, backlog: backlog)
        try self.add([socket], path: path.hasPrefix("@") ? nil : path)
    }

    /// Accepts connections from sockets that listen already; the server owns them from then on.
    ///
    /// - Throws: ``IOLoopError``; all of them are closed then.
    public final func addSockets(_ sockets: [Int32]) throws {
        try self.add(sockets, path: nil)
    }

    /// Accepts connections from one socket more: see ``addSockets(_:)``.
    ///
    /// - Throws: ``IOLoopError``; it is closed then.
    public final func addSocket(_ socket: Int32) throws {
        try self.addSockets([socket])
    }

    /// Remembers a port for ``start()``: see ``listen(_:address:family:backlog:flags:reusePort:)``.
    public final func bind(
        _ port: Int,
        address: String? = nil,
        family: AddressFamily = .unspecified,
        backlog: Int = 0,
        flags: Int32? = nil,
        reusePort: Bool = false
    ) {
        self.bound.append { [unowned self] in
            try self.listen(
                port,
                address: address,
                family: family,
                backlog: backlog,
                flags: flags,
                reusePort: reusePort
            )
        }
    }

    /// Listens on every port that ``bind(_:address:family:backlog:flags:reusePort:)`` remembered.
    ///
    /// - Throws: As `listen` does.
    public final func start() throws {
        let bound = self.bound
        self.bound = []
        for listen in bound { try listen() }
    }

    /// Where it listens.
    public final var addresses: [SocketAddress] {
        self.accepting.keys.sorted().compactMap { SocketAddress(localOf: $0) }
    }

    /// Stops listening; connections go on.
    public final func stop() {
        self.loop.checkThread("TCPServer.stop")
        let accepting = self.accepting
        self.accepting = [:]
        for (socket, listening) in accepting {
            listening.pending.cancel()
            close(socket)
            if let path = listening.path { unlink(path) }
        }
    }

    private func add(_ sockets: [Int32], path: String?) throws {
        self.loop.checkThread("TCPServer.addSockets")
        var added: [Int32: (pending: Pending, path: String?)] = [:]
        do {
            for socket in sockets {
                let pending = try addAcceptHandler(socket) { self.accepted($0, $1) }
                added[socket] = (pending, path)
            }
        } catch {
            for listening in added.values { listening.pending.cancel() }
            for socket in sockets { close(socket) }
            if let path { unlink(path) }
            throw error
        }
        self.accepting.merge(added) { $1 }
    }

    // MARK: Connections

    /// How many connections have a handler that has not ended.
    public final var connectionCount: Int { self.connections.count }

    /// Closes the streams of all handlers that have not ended, and ends these: greenlets are killed, tasks cancelled.
    public final func closeAllConnections() {
        self.loop.checkThread("TCPServer.closeAllConnections")
        let connections = self.connections.values
        for connection in connections {
            connection.stream.close()
            connection.end()
        }
    }

    /// Has `callback` called once no handler runs: at once, if none does.
    package final func whenIdle(_ callback: @escaping () -> Void) {
        if self.connections.isEmpty { callback() } else { self.idleCallbacks.append(callback) }
    }

    private func accepted(_ descriptor: Int32, _ address: SocketAddress) {
        let stream = IOStream(descriptor, maxBufferSize: self.maxBufferSize, readChunkSize: self.readChunkSize)
        if let context = self.context { stream.secure(context, hostname: nil) }
        self.begin(stream, address)
    }

    /// Calls the handler with a new connection, where it may wait.
    func begin(_ stream: IOStream, _ address: SocketAddress) {
        guard Greenlet.isAvailable else {
            do { try self.handleStream(stream, address) } catch { self.failed(error, stream, address) }
            return
        }
        let greenlet = Greenlet.spawn(name: "TCP \(address)") {
            do { try self.handleStream(stream, address) } catch { self.failed(error, stream, address) }
            self.ended(stream)
        }
        // Also where it was killed before it ran.
        greenlet.link { _ in self.ended(stream) }
        self.began(stream) { try? greenlet.kill(block: false) }
    }

    /// A handler has begun; `end` ends it.
    final func began(_ stream: IOStream, end: @escaping () -> Void) {
        self.connections[ObjectIdentifier(stream)] = Connection(stream: stream, end: end)
    }

    /// A handler has ended.
    final func ended(_ stream: IOStream) {
        guard self.connections.removeValue(forKey: ObjectIdentifier(stream)) != nil, self.connections.isEmpty else {
            return
        }
        let callbacks = self.idleCallbacks
        self.idleCallbacks = []
        for callback in callbacks { callback() }
    }

    /// A handler has thrown.
    final func failed(_ error: any Error, _ stream: IOStream, _ address: SocketAddress) {
        stream.close()
        // The client went, or somebody here has ended it: nothing to be told of.
        if error is StreamClosedError || error is GreenletExit || error is CancellationError { return }
        Log.application.error("Exception in the handler of \(address): \(String(reflecting: error))")
    }
}

/// A server was not told what to do.
struct TCPServerError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
