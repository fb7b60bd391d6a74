// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import ProviderKit

extension IOStream {
    /// A stream that speaks TLS: at once if the socket is connected or `serverSide` is set, else after `connect`.
    ///
    /// ```swift
    /// let stream = try IOStream(accepted, sslOptions: SSLOptions(certfile: "own.pem", keyfile: "own.key"), serverSide: true)
    /// try stream.waitForHandshake()
    /// ```
    ///
    /// - Parameters:
    ///   - descriptor: The socket, which the stream owns from now on, also if this throws: it is closed then.
    ///   - sslOptions: How to speak TLS.
    ///   - serverSide: Whether the peer is the client.
    ///   - serverHostname: For clients on connected sockets: whom the peer must be. Nil is refused there, unless the options
    ///     verify nothing or `checkHostname` is false.
    ///   - maxBufferSize: The most bytes that are held for a reader; nil is 100 MiB.
    ///   - readChunkSize: The most bytes that are read at once; nil is 64 KiB.
    ///   - maxWriteBufferSize: The most bytes that may wait to be written; nil is any number.
    /// - Throws: ``SSLError`` if the options are no good; ``StreamUsageError`` if a client does not say whom the peer must be.
    public convenience init(
        _ descriptor: Int32,
        sslOptions: SSLOptions,
        serverSide: Bool = false,
        serverHostname: String? = nil,
        maxBufferSize: Int? = nil,
        readChunkSize: Int? = nil,
        maxWriteBufferSize: Int? = nil
    ) throws {
        self.init(
            descriptor,
            maxBufferSize: maxBufferSize,
            readChunkSize: readChunkSize,
            maxWriteBufferSize: maxWriteBufferSize
        )
        let context = try TLSContext(sslOptions, server: serverSide)
        // A client may have gone before it was accepted, and its socket looks as if it had never been connected.
        let isConnected = serverSide || self.hasPeer
        if isConnected { try context.checkHostname(serverHostname, for: "IOStream(_:sslOptions:)") }
        self.secure(context, hostname: serverHostname, isConnected: isConnected)
    }

    /// Makes a fresh stream one that speaks TLS by a context that others share: at once if the socket is connected, or was;
    /// else after `connect`.
    package func secure(_ context: TLSContext, hostname: String?, isConnected: Bool = true) {
        self.security = StreamSecurity(context: context, hostname: hostname)
        guard isConnected else { return }
        self.security?.isBegun = true
        self.beginHandshake()
        self.settle()
    }

    private var hasPeer: Bool {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &address) { bytes in
            getpeername(self.fileno, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &size) == 0
        }
    }

    // MARK: TLS in the middle

    /// Begins TLS on a plain stream, as protocols with STARTTLS do; reads and writes go on under it.
    ///
    /// The stream must be idle: nobody reads, nothing waits to be written, and nothing has come that was not read, as somebody
    /// in between may have sent that.
    ///
    /// - Parameters:
    ///   - serverSide: Whether the peer is the client.
    ///   - sslOptions: How to speak TLS.
    ///   - serverHostname: For clients: whom the peer must be. Nil is refused, unless the options verify nothing or
    ///     `checkHostname` is false.
    ///   - callback: Called when it is agreed; or with why not: ``StreamUsageError`` if the stream is not idle or
    ///     `serverHostname` is missing, else ``SSLError`` or ``OSError``, and then it is closed.
    public func startTLS(
        serverSide: Bool,
        sslOptions: SSLOptions = SSLOptions(),
        serverHostname: String? = nil,
        _ callback: @escaping Callback<Void>
    ) {
        do {
            try self.beginTLS(serverSide, sslOptions, serverHostname)
            self.whenOpen(.callback(callback))
        } catch {
            self.tell(.callback(callback), .failure(error))
        }
    }

    /// Begins TLS on a plain, idle stream, and suspends the task until it is agreed; cancelling it closes the stream.
    ///
    /// - Throws: ``StreamUsageError`` if the stream is not idle; else ``SSLError``, ``OSError`` or `CancellationError`, and then
    ///   it is closed.
    nonisolated(nonsending) public func startTLS(
        serverSide: Bool,
        sslOptions: SSLOptions = SSLOptions(),
        serverHostname: String? = nil
    ) async throws {
        try self.beginTLS(serverSide, sslOptions, serverHostname)
        try await self.awaitOpening()
    }

    /// Begins TLS on a plain, idle stream, and suspends the greenlet until it is agreed.
    ///
    /// - Throws: ``StreamUsageError`` if the stream is not idle; else ``SSLError``, ``OSError`` or what was thrown into the
    ///   greenlet, and then it is closed.
    public func startTLS(
        serverSide: Bool,
        sslOptions: SSLOptions = SSLOptions(),
        serverHostname: String? = nil
    ) throws {
        try self.checkWaiting("IOStream.startTLS")
        try self.beginTLS(serverSide, sslOptions, serverHostname)
        try self.blockOpening("IOStream.startTLS")
    }

    private func beginTLS(_ serverSide: Bool, _ options: SSLOptions, _ hostname: String?) throws {
        self.loop.checkThread("IOStream.startTLS")
        if self.closed { throw StreamClosedError(realError: self.error) }
        let isIdle = !self.reading && self.writes.isEmpty && !self.writing && self.readBufferSize == 0
        guard self.phase == .open, !self.takesRecords, isIdle else {
            throw StreamUsageError(
                "IOStream.startTLS was called on a stream that is not idle: call it when the last plain bytes were read and "
                    + "written, and nobody waits for more"
            )
        }
        let context = try TLSContext(options, server: serverSide)
        try context.checkHostname(hostname, for: "IOStream.startTLS")
        self.security = StreamSecurity(context: context, hostname: hostname, isBegun: true)
        self.beginHandshake()
        self.goOnOpening()
        self.settle()
    }

    // MARK: The handshake

    /// Has `callback` called when the handshake of a stream that was made with `sslOptions` is done, or has failed.
    public func waitForHandshake(_ callback: @escaping Callback<Void>) {
        do {
            try self.checkNobodyWaits()
            self.whenOpen(.callback(callback))
        } catch {
            self.tell(.callback(callback), .failure(error))
        }
    }

    /// Suspends the task until the handshake of a stream that was made with `sslOptions` is done; cancelling it closes the
    /// stream.
    ///
    /// - Throws: ``SSLError``, ``OSError``, `CancellationError`: the stream is closed then.
    nonisolated(nonsending) public func waitForHandshake() async throws {
        try self.checkNobodyWaits()
        try await self.awaitOpening()
    }

    /// Suspends the greenlet until the handshake of a stream that was made with `sslOptions` is done.
    ///
    /// - Throws: ``SSLError``, ``OSError``, what was thrown into the greenlet: the stream is closed then.
    public func waitForHandshake() throws {
        try self.checkWaiting("IOStream.waitForHandshake")
        try self.checkNobodyWaits()
        try self.blockOpening("IOStream.waitForHandshake")
    }

    private func checkNobodyWaits() throws {
        self.loop.checkThread("IOStream.waitForHandshake")
        guard self.opening == nil else {
            throw StreamUsageError("Somebody waits for this stream's handshake already: one can")
        }
        guard self.closed || self.isOpening || !self.isUnprotected else {
            throw StreamUsageError(
                "IOStream.waitForHandshake was called on a stream that is not connected: connect it first"
            )
        }
    }
}
