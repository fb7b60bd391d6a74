// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Connects to hosts, trying all their addresses.
///
/// ```swift
/// let client = TCPClient()
/// let stream = try client.connect("example.com", 443, sslOptions: SSLOptions(), timeout: 5)       // in a greenlet
/// let same = try await client.connect("example.com", 443, sslOptions: SSLOptions(), timeout: 5)   // in a task
/// client.connect("example.com", 443, timeout: 5) { stream in print(stream) }                      // on the loop
/// ```
///
/// The addresses of a host are tried at short intervals, IPv4 and IPv6 in turn (RFC 8305), and the first that answers is taken.
/// A client belongs to the thread that makes it.
public final class TCPClient {
    private let resolver: any Resolver
    private let loop = IOLoop.current

    /// A client that finds hosts by `resolver`; null is ``DefaultResolver``.
    public init(resolver: (any Resolver)? = nil) {
        self.resolver = resolver ?? DefaultResolver()
    }

    /// Connects, and has `callback` called by the loop when that is done.
    ///
    /// - Parameters:
    ///   - host: A name, or an address as text.
    ///   - port: 1 to 65535.
    ///   - family: What kind of addresses to try.
    ///   - sslOptions: How to speak TLS, with a certificate for `host`; null: plain TCP.
    ///   - maxBufferSize: Bytes that the stream may read ahead.
    ///   - sourceIP: The address of this machine to connect from; only addresses of its kind are tried.
    ///   - sourcePort: The port to connect from.
    ///   - timeout: The most that all of it may take, TLS included, in seconds; null is as long as the system tries.
    ///   - callback: Told the stream; or ``TCPClientError``, or ``SSLError``.
    /// - Returns: What takes it back, and closes what was opened.
    @discardableResult
    public func connect(
        _ host: String,
        _ port: Int,
        family: AddressFamily = .unspecified,
        sslOptions: SSLOptions? = nil,
        maxBufferSize: Int? = nil,
        sourceIP: String? = nil,
        sourcePort: Int? = nil,
        timeout: Double? = nil,
        _ callback: @escaping (Result<IOStream, any Error>) throws -> Void
    ) -> Pending {
        let target = ConnectTarget(
            place: .host(host, port, family),
            sslOptions: sslOptions,
            maxBufferSize: maxBufferSize,
            sourceIP: sourceIP,
            sourcePort: sourcePort
        )
        return self.connect(target, timeout, callback)
    }

    /// Connects; suspends the greenlet until there is a connection.
    ///
    /// - Parameters:
    ///   - host: A name, or an address as text.
    ///   - port: 1 to 65535.
    ///   - family: What kind of addresses to try.
    ///   - sslOptions: How to speak TLS, with a certificate for `host`; null: plain TCP.
    ///   - maxBufferSize: Bytes that the stream may read ahead.
    ///   - sourceIP: The address of this machine to connect from; only addresses of its kind are tried.
    ///   - sourcePort: The port to connect from.
    ///   - timeout: The most that all of it may take, TLS included, in seconds; null is as long as the system tries.
    /// - Returns: A connected stream.
    /// - Throws: ``TCPClientError``, ``SSLError``; why the caller cannot wait, or what was thrown into it, which closes what was
    ///   opened.
    public func connect(
        _ host: String,
        _ port: Int,
        family: AddressFamily = .unspecified,
        sslOptions: SSLOptions? = nil,
        maxBufferSize: Int? = nil,
        sourceIP: String? = nil,
        sourcePort: Int? = nil,
        timeout: Double? = nil
    ) throws -> IOStream {
        let target = ConnectTarget(
            place: .host(host, port, family),
            sslOptions: sslOptions,
            maxBufferSize: maxBufferSize,
            sourceIP: sourceIP,
            sourcePort: sourcePort
        )
        return try ThreeForms.blocking("TCPClient.connect") { self.connect(target, timeout, $0) }
    }

    /// Connects; suspends the task, which must be on this thread, until there is a connection.
    ///
    /// - Parameters:
    ///   - host: A name, or an address as text.
    ///   - port: 1 to 65535.
    ///   - family: What kind of addresses to try.
    ///   - sslOptions: How to speak TLS, with a certificate for `host`; null: plain TCP.
    ///   - maxBufferSize: Bytes that the stream may read ahead.
    ///   - sourceIP: The address of this machine to connect from; only addresses of its kind are tried.
    ///   - sourcePort: The port to connect from.
    ///   - timeout: The most that all of it may take, TLS included, in seconds; null is as long as the system tries.
    /// - Returns: A connected stream.
    /// - Throws: ``TCPClientError``, ``SSLError``; `CancellationError` if the task is cancelled, which closes what was opened.
    nonisolated(nonsending) public func connect(
        _ host: String,
        _ port: Int,
        family: AddressFamily = .unspecified,
        sslOptions: SSLOptions? = nil,
        maxBufferSize: Int? = nil,
        sourceIP: String? = nil,
        sourcePort: Int? = nil,
        timeout: Double? = nil
    ) async throws -> IOStream {
        let target = ConnectTarget(
            place: .host(host, port, family),
            sslOptions: sslOptions,
            maxBufferSize: maxBufferSize,
            sourceIP: sourceIP,
            sourcePort: sourcePort
        )
        return try await ThreeForms.awaiting(orElse: Self.drop) { self.connect(target, timeout, $0) }
    }

    /// What becomes of a connection that came too late.
    private static func drop(_ stream: IOStream) {
        stream.close()
    }

    func connect(
        _ target: ConnectTarget,
        _ timeout: Double?,
        _ callback: @escaping (Result<IOStream, any Error>) throws -> Void
    ) -> Pending {
        self.loop.checkThread("TCPClient.connect")
        let connecting = Connecting(target, self.resolver, self.loop, callback)
        connecting.begin(timeout)
        return Pending { connecting.cancel() }
    }
}

/// Unix sockets.
extension TCPClient {
    /// Connects to a Unix socket, and has `callback` called by the loop when that is done.
    ///
    /// - Parameters:
    ///   - path: Its path, or behind an `@` its abstract name.
    ///   - maxBufferSize: Bytes that the stream may read ahead.
    ///   - callback: Told the stream, or ``TCPClientError``.
    /// - Returns: What takes it back.
    @discardableResult
    public func connect(
        unix path: String,
        maxBufferSize: Int? = nil,
        _ callback: @escaping (Result<IOStream, any Error>) throws -> Void
    ) -> Pending {
        self.connect(ConnectTarget(place: .unix(path), maxBufferSize: maxBufferSize), nil, callback)
    }

    /// Connects to a Unix socket; suspends the greenlet until there is a connection.
    ///
    /// - Parameters:
    ///   - path: Its path, or behind an `@` its abstract name.
    ///   - maxBufferSize: Bytes that the stream may read ahead.
    /// - Returns: A connected stream.
    /// - Throws: ``TCPClientError``; why the caller cannot wait, or what was thrown into it.
    public func connect(unix path: String, maxBufferSize: Int? = nil) throws -> IOStream {
        try ThreeForms.blocking("TCPClient.connect") { self.connect(unix: path, maxBufferSize: maxBufferSize, $0) }
    }

    /// Connects to a Unix socket; suspends the task, which must be on this thread, until there is a connection.
    ///
    /// - Parameters:
    ///   - path: Its path, or behind an `@` its abstract name.
    ///   - maxBufferSize: Bytes that the stream may read ahead.
    /// - Returns: A connected stream.
    /// - Throws: ``TCPClientError``; `CancellationError` if the task is cancelled.
    nonisolated(nonsending) public func connect(unix path: String, maxBufferSize: Int? = nil) async throws -> IOStream {
        try await ThreeForms.awaiting(orElse: Self.drop) {
            self.connect(unix: path, maxBufferSize: maxBufferSize, $0)
        }
    }
}
