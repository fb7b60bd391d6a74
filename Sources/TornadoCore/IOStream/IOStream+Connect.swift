// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

extension IOStream {
    /// Connects the socket to a numeric address.
    ///
    /// Writing may begin meanwhile; it goes out when there is a connection, and under TLS when the handshake is done.
    ///
    /// - Parameters:
    ///   - address: "127.0.0.1" or "::1", of the socket's family; names are for `TCPClient`.
    ///   - port: The port.
    ///   - serverHostname: Under TLS, whom the peer must be; nil is the address.
    ///   - callback: Called when it is connected, and under TLS agreed; or with why not, and then the stream is closed:
    ///     ``OSError``, ``SSLError``.
    public func connect(
        _ address: String,
        port: UInt16,
        serverHostname: String? = nil,
        _ callback: @escaping Callback<Void>
    ) {
        do {
            try self.beginConnecting(Self.numeric(address, port), serverHostname ?? address)
            self.whenOpen(.callback(callback))
        } catch {
            self.tell(.callback(callback), .failure(error))
        }
    }

    /// Connects the socket to a numeric address, and suspends the task until that is done; cancelling it closes the stream.
    ///
    /// - Throws: Why it is not connected: ``OSError``, ``SSLError``, `CancellationError`. The stream is closed then.
    nonisolated(nonsending) public func connect(
        _ address: String,
        port: UInt16,
        serverHostname: String? = nil
    ) async throws {
        try self.beginConnecting(Self.numeric(address, port), serverHostname ?? address)
        try await self.awaitOpening()
    }

    /// Connects the socket to a numeric address, and suspends the greenlet until that is done.
    ///
    /// - Throws: Why it is not connected: ``OSError``, ``SSLError``, what was thrown into the greenlet. The stream is closed then.
    public func connect(_ address: String, port: UInt16, serverHostname: String? = nil) throws {
        try self.checkWaiting("IOStream.connect")
        try self.beginConnecting(Self.numeric(address, port), serverHostname ?? address)
        try self.blockOpening("IOStream.connect")
    }

    /// Connects a Unix socket to a path, or to an abstract name that begins with "@".
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - serverHostname: Under TLS, whom the peer must be; nil is what the stream was made with, and one of both is needed,
    ///     unless the options verify nothing or `checkHostname` is false.
    ///   - callback: Called when it is connected, and under TLS agreed; or with why not.
    public func connect(unix path: String, serverHostname: String? = nil, _ callback: @escaping Callback<Void>) {
        do {
            try self.beginConnecting(Self.unix(path), serverHostname)
            self.whenOpen(.callback(callback))
        } catch {
            self.tell(.callback(callback), .failure(error))
        }
    }

    /// Connects a Unix socket to a path, or to an abstract name that begins with "@".
    ///
    /// - Throws: Why it is not connected. The stream is closed then.
    nonisolated(nonsending) public func connect(unix path: String, serverHostname: String? = nil) async throws {
        try self.beginConnecting(Self.unix(path), serverHostname)
        try await self.awaitOpening()
    }

    /// Connects a Unix socket to a path, or to an abstract name that begins with "@".
    ///
    /// - Throws: Why it is not connected. The stream is closed then.
    public func connect(unix path: String, serverHostname: String? = nil) throws {
        try self.checkWaiting("IOStream.connect")
        try self.beginConnecting(Self.unix(path), serverHostname)
        try self.blockOpening("IOStream.connect")
    }

    /// Connects the socket to an address; `callback` as in the public forms.
    package func connect(_ address: SocketAddress, serverHostname: String?, _ callback: @escaping Callback<Void>) {
        do {
            try self.beginConnecting(address, serverHostname)
            self.whenOpen(.callback(callback))
        } catch {
            self.tell(.callback(callback), .failure(error))
        }
    }

    private static func numeric(_ host: String, _ port: UInt16) throws -> SocketAddress {
        guard let address = SocketAddress(numeric: host, port: Int(port)) else {
            throw StreamUsageError(
                "IOStream.connect was given \(host.debugDescription), which is no numeric address: TCPClient connects by name"
            )
        }
        return address
    }

    private static func unix(_ path: String) throws -> SocketAddress {
        guard let address = SocketAddress(unix: path) else {
            throw StreamUsageError("IOStream.connect: the path of a Unix socket has 1 to 107 bytes and no NUL")
        }
        return address
    }

    private func beginConnecting(_ address: SocketAddress, _ serverHostname: String?) throws {
        self.loop.checkThread("IOStream.connect")
        if self.closed { throw StreamClosedError(realError: self.error) }
        guard self.phase == .open, self.security?.isBegun != true else {
            throw StreamUsageError("IOStream.connect was called twice: a stream is connected once")
        }
        if let security = self.security {
            let hostname = serverHostname ?? security.hostname
            try security.context.checkHostname(hostname, for: "IOStream.connect")
            self.security?.hostname = hostname
        }
        let code = address.withSockaddr { Glibc.connect(self.fileno, $0, $1) == 0 ? 0 : errno }
        guard code == 0 || code == EINPROGRESS else {
            let error = OSError(code, "Connecting to \(address)")
            self.close(error)
            throw error
        }
        self.phase = .connecting
        if code == 0 { self.goOnOpening() }
        self.settle()
    }

    // MARK: For all that opens

    /// Has somebody told when connecting and the handshake are over.
    func whenOpen(_ completion: StreamCompletion) {
        if self.closed {
            self.tell(completion, .failure(self.error ?? StreamClosedError()))
        } else if self.isOpening {
            self.opening = completion
        } else {
            self.tell(completion, .success(()))
        }
    }

    nonisolated(nonsending) func awaitOpening() async throws {
        let waiter = StreamWaiter(ofTask: true)
        self.whenOpen(.waiter(waiter))
        do { try await waiter.wait() } catch {
            self.close(error)
            throw error
        }
    }

    func blockOpening(_ why: StaticString) throws {
        guard self.isOpening else {
            if self.closed { throw self.error ?? StreamClosedError() }
            return
        }
        let waiter = StreamWaiter()
        self.opening = .waiter(waiter)
        do { try waiter.block(on: self.loop, why) } catch {
            self.close(error)
            throw error
        }
    }
}
