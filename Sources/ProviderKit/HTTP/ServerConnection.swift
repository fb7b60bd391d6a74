// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec

/// One client's connection, and the one request on it that is being served.
///
/// Its life: `idle` until a head is complete; `body` while the body arrives; `responding` until the answer is complete;
/// then `idle` again, or `closing` and perhaps `lingering`. It owns no buffer while it is idle.
public final class ServerConnection {
    enum Phase {
        case idle
        case body
        case responding
        /// The answer is complete and the connection ends once it has left.
        case closing
        /// The answer has left; what the client still sends is read and dropped, so that it can read the answer.
        case lingering
        case closed
    }

    /// Bytes of further requests that are kept while one is being served.
    static let maxPending = 64 * 1024
    /// Seconds, and bytes, that a closing connection waits for the client to stop sending.
    static let lingerTime = 2.0
    static let lingerBytes = 1024 * 1024
    /// Unread body that is dropped to keep the connection, instead of closing it.
    static let maxDrain: Int64 = 64 * 1024

    /// The socket.
    public let descriptor: Int32
    /// Whether bytes go through TLS: what the hot path looks at.
    let isEncrypted: Bool
    /// The session, until it is freed or given away.
    var tls: OpaquePointer?
    /// Room for the driver's own state.
    public var driverState: UnsafeMutableRawPointer?
    private let engineReference: Unmanaged<HTTPServerEngine>
    let peer: PeerAddress
    /// Where the engine keeps it.
    var slot = 0
    /// When it times out, on the engine's clock.
    var deadline = Double.infinity

    var phase = Phase.idle
    /// What of the input has not been understood yet: part of a head, or requests that wait for their turn.
    ///
    /// Set, and not empty, exactly while `hasPending`, which the hot path looks at instead.
    var pending: OutputBuffer?
    var hasPending = false
    /// What the kernel did not take.
    ///
    /// Set, and not empty, exactly while `hasOutput`.
    var output: OutputBuffer?
    var hasOutput = false
    /// The client may still be sending what nobody will read: linger before closing.
    var mustLinger = false
    var isReading = true
    var isWriting = false
    /// The client has closed its sending half.
    var peerClosed = false
    /// To be dropped as soon as its turn is over.
    var isBroken = false
    var isDetached = false
    var lingered = 0
    /// TLS is not agreed upon yet.
    var isInHandshake: Bool
    /// TLS must write before it can read on, or read before it can write on.
    var inputNeedsWrite = false
    var outputNeedsRead = false

    // The request being served.
    var requestContext: UnsafeMutableRawPointer?
    var decoder = BodyDecoder()
    var encoder = ResponseEncoder()
    var isHead = false
    var minorVersion: UInt8 = 1
    var keepAlive = true
    var wantsBody = true
    var expectsContinue = false
    var responseBegun = false
    var responseEnded = false
    /// write() said GT_WRITE_FULL.
    var wantsDrained = false

    init(_ descriptor: Int32, _ peer: PeerAddress, tls: OpaquePointer?, engine: HTTPServerEngine) {
        self.descriptor = descriptor
        self.isEncrypted = tls != nil
        self.isInHandshake = tls != nil
        self.tls = tls
        self.peer = peer
        self.engineReference = .passUnretained(engine)
    }

    /// The engine, which drops its connections before it goes.
    var engine: HTTPServerEngine {
        @inline(__always) get { self.engineReference.takeUnretainedValue() }
    }

    /// Whether it is this connection's turn: whoever began it holds the connection and the engine until it is over.
    @inline(__always)
    var isInTurn: Bool { self.withEngine { self.isInBatch($0) } }

    /// The engine, not counted again: for what happens in a turn, and for what cannot end it.
    @inline(__always)
    func withEngine<Result>(_ body: (HTTPServerEngine) -> Result) -> Result {
        self.engineReference._withUnsafeGuaranteedRef(body)
    }

    /// What a driver hands to its C callback, and the table gives out as the exchange.
    ///
    /// The engine keeps the object alive until it is dropped, and drops it only after its handlers are gone.
    public var handle: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// The connection behind a ``handle``.
    @inline(__always)
    public static func from(_ handle: UnsafeMutableRawPointer?) -> ServerConnection {
        // The handle is only given to a driver, which never calls back with null.
        Unmanaged<ServerConnection>.fromOpaque(handle.unsafelyUnwrapped).takeUnretainedValue()
    }

    var exchange: OpaquePointer { OpaquePointer(self.handle) }

    /// Whether it is this connection's turn: its output is gathered, and it must not go away.
    @inline(__always)
    func isInBatch(_ engine: HTTPServerEngine) -> Bool {
        engine.batch == self.handle
    }

    var isIdle: Bool { self.phase == .idle && !self.hasPending && !self.hasOutput }

    /// Whether the kernel has something for it: closing it now would reset it.
    var hasUnreadBytes: Bool {
        var byte: UInt8 = 0
        return recv(self.descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// Ends the connection at once; a request that is being served is lost.
    ///
    /// In its own turn, at the end of it.
    func drop(now: Bool = false) {
        // First: the engine may have gone since.
        guard self.phase != .closed else { return }
        if self.isInBatch(self.engine), !now {
            self.isBroken = true
            return
        }
        if self.isEncrypted, self.isIdle, !self.isBroken { self.sayEnd() }
        self.phase = .closed
        self.engine.driver.unwatch(self)
        if self.isEncrypted { self.freeSession() }
        close(self.descriptor)
        self.engine.remove(self)
        self.forgetInput()
        self.output = nil
        self.hasOutput = false
        self.tellFinished(lost: true)
    }

    func forgetInput() {
        self.hasPending = false
        self.pending = nil
    }

    /// Like ``drop(now:)``, from inside one of the table's functions: the delegate is told later.
    func dropSoon() {
        self.isBroken = true
        if self.isInBatch(self.engine) { return }
        self.engine.callSoon { [self] in self.drop() }
    }

    func tellFinished(lost: Bool) {
        guard let context = self.requestContext else { return }
        self.requestContext = nil
        self.engine.delegate.finished(context, lost ? 1 : 0)
    }

    /// The answer has left: close, or linger where the client may still be sending.
    func finishClosing(_ engine: HTTPServerEngine) {
        self.tellFinished(lost: self.isBroken)
        guard self.phase == .closing else { return }
        if self.isEncrypted, !self.isBroken, self.sayEnd() == .again(.write) {
            self.inputNeedsWrite = true
            self.deadline = engine.deadline(after: engine.settings.writeTimeout)
            self.updateInterest(engine)
            return
        }
        let mayBeSending = !self.peerClosed && (self.mustLinger || self.hasPending || !self.decoder.isEmpty)
        guard mayBeSending, shutdown(self.descriptor, Int32(SHUT_WR)) == 0 else {
            self.drop()
            return
        }
        self.forgetInput()
        self.phase = .lingering
        self.deadline = engine.now + ServerConnection.lingerTime
        self.updateInterest(engine)
    }

    /// A deadline has passed.
    func timedOut() {
        self.deadline = .infinity
        switch self.phase {
        case .idle where self.hasPending && !self.hasOutput, .body where !self.responseBegun:
            self.refuseOutsideTurn(Refusal(408, "the request did not arrive in time"))
        default:
            self.drop()
        }
    }

    /// Asks the driver for what the present phase needs; no call if nothing changed.
    func updateInterest(_ engine: HTTPServerEngine) {
        let read =
            switch self.phase {
            case .idle: self.backlog <= engine.settings.maxBufferSize
            case .body: self.wantsBody || self.responseEnded
            case .responding: !self.hasPending || (self.pending?.count ?? 0) < ServerConnection.maxPending
            case .lingering: true
            case .closing, .closed: false
            }
        let wantsRead = read && !self.peerClosed
        if self.isEncrypted { return self.updateEncryptedInterest(wantsRead, engine) }
        guard self.phase != .closed, wantsRead != self.isReading || self.hasOutput != self.isWriting else { return }
        self.isReading = wantsRead
        self.isWriting = self.hasOutput
        engine.driver.change(self, read: wantsRead, write: self.hasOutput)
    }
}
