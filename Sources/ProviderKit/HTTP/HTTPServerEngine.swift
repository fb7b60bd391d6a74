// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec

/// One HTTP server: its listeners, its connections, and what they share.
///
/// It lives on its loop's thread. The table's functions (``ServerTable``) are its only users.
public final class HTTPServerEngine {
    /// Waits for descriptors.
    public let driver: any EventDriver
    let settings: HTTPServerSettings
    let loopTable: UnsafePointer<gt_ioloop>
    let loop: OpaquePointer
    let delegate: gt_http_delegate
    let serverContext: UnsafeMutableRawPointer?
    /// Certificates, if the server speaks TLS.
    let tls: ServerTLS?
    /// What all of its requests have in their flags.
    let requestFlags: UInt32
    let tlsInfo = TLSInfo()

    /// What one connection reads into at a time; its bytes are dead when the connection's turn ends.
    let input: UnsafeMutablePointer<UInt8>
    let inputCapacity: Int
    /// The answers of the connection whose turn it is.
    let batchOutput = OutputBuffer(capacity: 16 * 1024)
    /// An answer of a connection whose turn it is not.
    let directOutput = OutputBuffer(capacity: 16 * 1024)
    let headers = HeaderTable()
    let repeated = RepeatedHead()
    private let dates = DateCache()
    /// The ``ServerConnection/handle`` of the connection whose turn it is.
    var batch: UnsafeMutableRawPointer?
    /// How much of the input it has read, and how much of that is understood.
    var batchCount = 0
    var batchTaken = 0
    /// When the turn began, in nanoseconds on the monotonic clock.
    private(set) var turnBegan: UInt64 = 0
    /// Bytes read behind a request whose connection was detached.
    var detachedInput: OutputBuffer?

    private(set) var connections: ContiguousArray<ServerConnection> = []
    private var listeners: [Listener] = []
    private var sweepTimeout: OpaquePointer?
    private(set) var isStopping = false
    private(set) var isPaused = false
    /// Called when the last connection of a stopping server has gone.
    var onEmpty: (() -> Void)?

    init(
        driver: any EventDriver,
        table: UnsafePointer<gt_ioloop>,
        loop: OpaquePointer,
        settings: HTTPServerSettings,
        tls: ServerTLS?,
        delegate: gt_http_delegate,
        serverContext: UnsafeMutableRawPointer?
    ) {
        self.driver = driver
        self.loopTable = table
        self.loop = loop
        self.settings = settings
        self.tls = tls
        self.requestFlags = tls == nil ? 0 : UInt32(GT_REQUEST_TLS)
        self.delegate = delegate
        self.serverContext = serverContext
        // Room for the longest unfinished head that is kept, and as much again of new bytes.
        self.inputCapacity = max(64 * 1024, 2 * settings.limits.head)
        self.input = .allocate(capacity: self.inputCapacity)
    }

    deinit {
        self.input.deallocate()
    }

    /// The field for an answer; valid until the next one.
    @inline(__always)
    var dateLine: gt_bytes {
        self.dates.refresh()
        return self.dates.line
    }

    /// Looks at the clock, once for all requests of a turn.
    func turnBegins() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        self.turnBegan =
            UInt64(truncatingIfNeeded: now.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: now.tv_nsec)
    }

    // MARK: Listeners

    func listen(_ socket: ListenSocket) -> Int32 {
        let listener = Listener(socket, engine: self)
        let code = listener.start()
        if code == 0 { self.listeners.append(listener) } else { listener.close(draining: false) }
        return code
    }

    func owns(_ listener: Listener) -> Bool {
        self.listeners.contains { $0 === listener }
    }

    /// Accepts no connections until called with false; the kernel queues them.
    func pause(_ isPaused: Bool) {
        self.isPaused = isPaused
        for listener in self.listeners {
            if isPaused { listener.pause() } else { listener.resume() }
        }
    }

    /// Stops listening; what waits in the backlog is still taken.
    func stop() {
        let listeners = self.listeners
        self.listeners = []
        for listener in listeners { listener.close(draining: true) }
    }

    // MARK: Connections

    func accepted(_ descriptor: Int32, _ peer: PeerAddress) {
        let session = self.tls?.session(descriptor)
        let connection = ServerConnection(descriptor, peer, tls: session, engine: self)
        guard (session == nil) == (self.tls == nil), self.driver.watch(connection) == 0 else {
            connection.freeSession()
            Glibc.close(descriptor)
            return
        }
        connection.slot = self.connections.count
        self.connections.append(connection)
        // A handshake has an absolute deadline, like a head.
        let timeout = connection.isEncrypted ? self.settings.headerTimeout : self.settings.idleTimeout
        connection.deadline = self.deadline(after: timeout)
        if self.sweepTimeout == nil { self.scheduleSweep() }
    }

    /// Forgets a connection in constant time: the last one takes its place.
    func remove(_ connection: ServerConnection) {
        let slot = connection.slot
        guard slot < self.connections.count, self.connections[slot] === connection else { return }
        let last = self.connections.removeLast()
        if last !== connection {
            self.connections[slot] = last
            last.slot = slot
        }
        if self.connections.isEmpty, self.isStopping { self.tellEmpty() }
    }

    func closeAllConnections() {
        for connection in self.connections { connection.drop() }
    }

    /// Stops listening, closes idle connections, and makes the others close after their answer: also those whose request
    /// has come and was not read yet.
    func shutdown() {
        self.stop()
        self.isStopping = true
        for connection in self.connections where connection.isIdle && !connection.hasUnreadBytes { connection.drop() }
        if self.connections.isEmpty { self.tellEmpty() }
    }

    private func tellEmpty() {
        let onEmpty = self.onEmpty
        self.onEmpty = nil
        onEmpty?()
    }

    // MARK: Time

    /// A clock that is read without a system call, exact to a few milliseconds.
    var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// The moment `timeout` seconds from now; never, if it is 0.
    func deadline(after timeout: Double) -> Double {
        timeout > 0 ? self.now + timeout : .infinity
    }

    /// Deadlines are a number in each connection, so arming one is a store; this looks through them now and then.
    private func scheduleSweep() {
        let when = self.loopTable.pointee.time(self.loop) + self.settings.sweepInterval
        self.sweepTimeout = self.loopTable.pointee.call_at(
            self.loop,
            when,
            { context in
                // The engine cancels the timeout before it goes.
                Unmanaged<HTTPServerEngine>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue().sweep()
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    private func sweep() {
        self.sweepTimeout = nil
        let now = self.now
        for connection in self.connections where connection.deadline <= now { connection.timedOut() }
        if !self.connections.isEmpty { self.scheduleSweep() }
    }

    func callLater(_ seconds: Double, _ body: @escaping () -> Void) {
        let box = Unmanaged.passRetained(Box(body))
        let when = self.loopTable.pointee.time(self.loop) + seconds
        let timeout = self.loopTable.pointee.call_at(
            self.loop,
            when,
            { context in Unmanaged<Box>.fromOpaque(context.unsafelyUnwrapped).takeRetainedValue().body() },
            box.toOpaque()
        )
        if timeout == nil { box.release() }
    }

    /// Runs `body` in a later turn of the loop.
    func callSoon(_ body: @escaping () -> Void) {
        let box = Unmanaged.passRetained(Box(body))
        let code = self.loopTable.pointee.add_callback(
            self.loop,
            { context in Unmanaged<Box>.fromOpaque(context.unsafelyUnwrapped).takeRetainedValue().body() },
            box.toOpaque()
        )
        if code != 0 { box.release() }
    }

    /// Drops everything, before the engine itself goes.
    func close() {
        for listener in self.listeners { listener.close(draining: false) }
        self.listeners = []
        while let connection = self.connections.last { connection.drop(now: true) }
        if let timeout = self.sweepTimeout { self.loopTable.pointee.remove_timeout(self.loop, timeout) }
        self.sweepTimeout = nil
        self.onEmpty = nil
    }

    private final class Box {
        let body: () -> Void

        init(_ body: @escaping () -> Void) {
            self.body = body
        }
    }
}
