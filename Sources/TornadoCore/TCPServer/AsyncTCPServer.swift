// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A ``TCPServer`` whose handler may await: override ``handleStream(_:_:)``, or give it a function.
///
/// ```swift
/// let server = try AsyncTCPServer { stream, address in
///     while true { try await stream.write(stream.readUntil("\n")) }
/// }
/// try server.listen(8888)
/// ```
///
/// Each connection has a task on the loop. The synchronous form of the handler is not called.
open class AsyncTCPServer: TCPServer {
    private let asyncHandler: ((IOStream, SocketAddress) async throws -> Void)?

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
        _ handler: ((IOStream, SocketAddress) async throws -> Void)? = nil
    ) throws {
        self.asyncHandler = handler
        try super.init(sslOptions: sslOptions, maxBufferSize: maxBufferSize, readChunkSize: readChunkSize, nil)
    }

    /// Called with each connection.
    ///
    /// - Parameters:
    ///   - stream: The connection, whose TLS handshake goes on while this is called.
    ///   - address: The client's.
    /// - Throws: What is to be logged; the stream is closed then.
    open func handleStream(_ stream: IOStream, _ address: SocketAddress) async throws {
        guard let handler = self.asyncHandler else {
            throw TCPServerError("\(type(of: self)) neither overrides handleStream() nor was given a function")
        }
        try await handler(stream, address)
    }

    override func begin(_ stream: IOStream, _ address: SocketAddress) {
        // Known before it begins, which it may do inside spawn().
        var task: Task<Void, Never>?
        self.began(stream) { task?.cancel() }
        task = self.loop.spawn {
            do { try await self.handleStream(stream, address) } catch { self.failed(error, stream, address) }
            self.ended(stream)
        }
    }
}
