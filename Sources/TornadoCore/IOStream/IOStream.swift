// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
package import ProviderKit

/// A socket with Tornado's reads and writes, plain or under TLS.
///
/// ```swift
/// let stream = IOStream(descriptor)  // connected, as accept() gives it; or to be connected by connect()
/// try stream.write("hello\n")
/// let line = try stream.readUntil("\n")
/// stream.close()
/// ```
///
/// It owns the descriptor, which it makes non-blocking. See ``BaseIOStream`` for what it does.
public final class IOStream: BaseIOStream, @unchecked Sendable {
    private(set) var transport: Transport
    /// What a handshake begins with; nil for plain sockets.
    var security: StreamSecurity?
    private var handshakeWants = IOLoop.Events.write

    /// A stream on a socket: connected, or to be.
    ///
    /// - Parameters:
    ///   - descriptor: The socket, which the stream owns from now on.
    ///   - maxBufferSize: The most bytes that are held for a reader; nil is 100 MiB.
    ///   - readChunkSize: The most bytes that are read at once; nil is 64 KiB.
    ///   - maxWriteBufferSize: The most bytes that may wait to be written; nil is any number.
    public convenience init(
        _ descriptor: Int32,
        maxBufferSize: Int? = nil,
        readChunkSize: Int? = nil,
        maxWriteBufferSize: Int? = nil
    ) {
        self.init(
            Transport(descriptor: descriptor),
            maxBufferSize: maxBufferSize,
            readChunkSize: readChunkSize,
            maxWriteBufferSize: maxWriteBufferSize
        )
    }

    /// A stream on a transport, which it owns from now on, with a handshake that is done if there is TLS.
    package init(
        _ transport: Transport,
        maxBufferSize: Int? = nil,
        readChunkSize: Int? = nil,
        maxWriteBufferSize: Int? = nil
    ) {
        self.transport = transport
        super.init(
            maxBufferSize: maxBufferSize,
            readChunkSize: readChunkSize,
            maxWriteBufferSize: maxWriteBufferSize
        )
        setNonBlocking(transport.descriptor)
    }

    deinit {
        self.abandon()
    }

    /// The descriptor; -1 once the stream is closed.
    public override var fileno: Int32 { self.transport.descriptor }

    /// Sends what is written at once (TCP_NODELAY), and does not wait for more to go with it; nothing happens to other sockets.
    public func setNodelay(_ value: Bool) {
        self.loop.checkThread("IOStream.setNodelay")
        var number: Int32 = value ? 1 : 0
        // It fails where the socket is not one of TCP, or has just been closed.
        _ = setsockopt(
            self.fileno,
            Int32(IPPROTO_TCP),
            TCP_NODELAY,
            &number,
            socklen_t(MemoryLayout<Int32>.size)
        )
    }

    // MARK: What BaseIOStream asks for

    override var takesRecords: Bool { self.transport.tls != nil }
    override var hasPending: Bool { self.phase == .open && self.transport.hasPending }
    override var openingEvents: IOLoop.Events { self.phase == .connecting ? .write : self.handshakeWants }

    override func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transport.Outcome {
        self.isUnprotected ? .failed(ENOTCONN) : self.transport.receive(into: buffer)
    }

    override func send(_ bytes: UnsafeRawBufferPointer) -> Transport.Outcome {
        self.isUnprotected ? .failed(ENOTCONN) : self.transport.send(bytes)
    }

    /// Whether TLS is wanted and has not begun: then nothing may come or go in the clear.
    @inline(__always)
    var isUnprotected: Bool { self.transport.tls == nil && self.security != nil }

    override func endSending() {
        let outcome = self.transport.shutdown()
        self.isEndUnsaid = outcome == .again(.write)
        // What TLS can't say at all the socket's own end will.
        if outcome != .bytes(0), !self.isEndUnsaid { shutdown(self.fileno, Int32(SHUT_WR)) }
    }

    override func closeDescriptor(politely: Bool) {
        if politely, self.transport.tls != nil, self.transport.shutdown() == .again(.write) {
            PoliteClose(self.transport, self.loop).begin()
        } else {
            self.transport.close()
        }
        self.transport = Transport(descriptor: -1)
    }

    override func releaseDescriptor() {
        self.transport.endSession()
        self.transport = Transport(descriptor: -1)
    }

    override func failure(_ errno: Int32, _ what: String) -> any Error {
        guard self.transport.tls != nil, errno == EPROTO, let text = self.transport.failureText else {
            return super.failure(errno, what)
        }
        return SSLError(
            "\(what) descriptor \(self.fileno): \(text)",
            isCertificateError: self.transport.isCertificateError
        )
    }

    // MARK: Opening

    override func goOnOpening() {
        if self.phase == .connecting, self.isConnected { self.beginHandshake() }
        if self.phase == .handshaking { self.goOnShakingHands() }
    }

    /// Whether connecting is over; a failure closes the stream.
    private var isConnected: Bool {
        var number: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(self.fileno, SOL_SOCKET, SO_ERROR, &number, &size)
        if number != 0 {
            self.close(self.failure(number, "Connecting"))
            return false
        }
        var address = sockaddr_storage()
        size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // Some ways of waiting tell too early.
        return withUnsafeMutableBytes(of: &address) { bytes in
            getpeername(self.fileno, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &size) == 0
        }
    }

    /// Begins the handshake, if there is to be one.
    func beginHandshake() {
        guard let security = self.security else { return self.opened() }
        guard let session = security.session(self.fileno) else {
            return self.close(OSError(errno, "Beginning TLS on descriptor \(self.fileno)"))
        }
        self.transport = Transport(descriptor: self.fileno, tls: session)
        self.phase = .handshaking
    }

    private func goOnShakingHands() {
        switch self.transport.handshake() {
        case .bytes: self.opened()
        case .again(let readiness): self.handshakeWants = readiness == .read ? .read : .write
        case .end: self.close(SSLError("The peer closed descriptor \(self.fileno) during the TLS handshake"))
        case .failed(let errno): self.close(self.failure(errno, "The TLS handshake on"))
        }
    }

    private func opened() {
        self.phase = .open
        self.isSecured = self.transport.tls != nil
        if let opening = self.opening {
            self.opening = nil
            self.tell(opening, .success(()))
        }
        self.flush()
        if self.hasPending { self.schedulePump() }
    }
}

/// What a stream of any kind needs of its descriptor.
func setNonBlocking(_ descriptor: Int32) {
    let flags = fcntl(descriptor, F_GETFL)
    if flags >= 0, flags & O_NONBLOCK == 0 { _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) }
}
