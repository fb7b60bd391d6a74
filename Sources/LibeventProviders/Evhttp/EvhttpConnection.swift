// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import Glibc
import ProviderKit

/// One client's connection, and the one request on it that is being served.
///
/// evhttp owns the connection and the request. This object is told when either ends, and touches neither after that;
/// the engine keeps it until then. It serves as the exchange's handle, so that a request costs no allocation here.
final class EvhttpConnection {
    enum Framing {
        case none
        case length
        case chunked
        case untilClose
    }

    let evcon: OpaquePointer
    let bufferevent: UnsafeMutablePointer<bufferevent>
    let descriptor: Int
    private let engineReference: Unmanaged<EvhttpEngine>
    /// The session under TLS, until the connection is closed or taken over.
    var session: LibeventOpenSSL.Session?
    var isHandshakeDone = false
    /// What the client's first record begins with.
    var firstOfRecord: UInt8?

    /// The request being served, from when it is whole until its answer has left.
    var request: UnsafeMutablePointer<evhttp_request>?
    var requestContext: UnsafeMutableRawPointer?
    var isHead = false
    var keepAlive = true
    var responseBegun = false
    var responseEnded = false
    var framing = Framing.none
    /// Bytes of body that Content-Length still promises.
    var remaining: Int64 = 0
    /// write() said GT_WRITE_FULL.
    var wantsDrained = false
    /// The client may not send more while it is being answered.
    var isInputLimited = false

    /// evhttp's calls of this connection that are on the stack: it must not be freed under them.
    var depth = 0
    /// To be dropped as soon as nothing of evhttp is on the stack.
    var isBroken = false
    private(set) var isClosed = false
    /// The app has its socket.
    var isDetached = false

    /// Since when it waits for a request; since when one arrives; when the last of its bytes was seen.
    var waitingSince: Double
    var firstByteAt: Double?
    var lastByteAt = 0.0
    var firstByte: OpaquePointer?
    /// Output that was unsent when it was last looked at, and since when.
    var stalledOutput = 0
    var stalledSince = 0.0

    init(
        _ evcon: OpaquePointer,
        _ bufferevent: UnsafeMutablePointer<bufferevent>,
        _ descriptor: Int,
        engine: EvhttpEngine,
        session: LibeventOpenSSL.Session?
    ) {
        self.evcon = evcon
        self.bufferevent = bufferevent
        self.descriptor = descriptor
        self.engineReference = .passUnretained(engine)
        self.session = session
        self.waitingSince = engine.now
        let handle = self.handle
        evhttp_connection_set_closecb(evcon, { EvhttpConnection.from($1).closed() }, handle)
        self.firstByte = evbuffer_add_cb(
            bufferevent_get_input(bufferevent),
            { _, change, context in
                if let change, change.pointee.n_added > 0 { EvhttpConnection.from(context).bytesArrived() }
            },
            handle
        )
    }

    /// The engine, which drops its connections before it goes.
    var engine: EvhttpEngine {
        @inline(__always) get { self.engineReference.takeUnretainedValue() }
    }

    /// The same, not counted again: for what cannot end it.
    @inline(__always)
    func withEngine<Result>(_ body: (EvhttpEngine) -> Result) -> Result {
        self.engineReference._withUnsafeGuaranteedRef(body)
    }

    /// What evhttp and the app refer to it by; the engine keeps the object until evhttp has closed the connection.
    var handle: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// The connection behind a ``handle``.
    @inline(__always)
    static func from(_ handle: UnsafeMutableRawPointer?) -> EvhttpConnection {
        Unmanaged<EvhttpConnection>.fromOpaque(handle.unsafelyUnwrapped).takeUnretainedValue()
    }

    var unsent: Int {
        self.isClosed ? 0 : evbuffer_get_length(bufferevent_get_output(self.bufferevent))
    }

    func peer(
        _ text: UnsafeMutablePointer<CChar>?,
        _ capacity: Int,
        _ port: UnsafeMutablePointer<UInt16>?
    ) -> Int {
        var storage = PeerAddress.Storage()
        if !self.isClosed, let address = evhttp_connection_get_addr(self.evcon) {
            // libevent's own copy has room for an IPv6 address.
            memcpy(&storage, address, MemoryLayout<PeerAddress.Storage>.size)
        }
        return Self.write(PeerAddress(storage), text, capacity, port)
    }

    func local(
        _ text: UnsafeMutablePointer<CChar>?,
        _ capacity: Int,
        _ port: UnsafeMutablePointer<UInt16>?
    ) -> Int {
        let descriptor = self.isClosed ? -1 : Int32(clamping: self.descriptor)
        return Self.write(PeerAddress(localOf: descriptor), text, capacity, port)
    }

    private static func write(
        _ address: PeerAddress,
        _ text: UnsafeMutablePointer<CChar>?,
        _ capacity: Int,
        _ port: UnsafeMutablePointer<UInt16>?
    ) -> Int {
        port?.pointee = address.port
        guard let text else { return 0 }
        return address.write(to: text, capacity: capacity)
    }

    // MARK: Ends

    /// Ends the connection; a request that is being served is lost.
    ///
    /// Under evhttp's calls, when they are over.
    func drop(now: Bool = false) {
        guard !self.isClosed else { return }
        if self.depth > 0, !now {
            self.abort()
            return
        }
        evhttp_connection_free(self.evcon)
    }

    /// Like ``drop(now:)``, but always later.
    func abort() {
        guard !self.isClosed, !self.isBroken else { return }
        self.isBroken = true
        self.engine.dropSoon(self)
    }

    /// Called by evhttp: the connection is being freed.
    private func closed() {
        guard !self.isClosed else { return }
        self.endSession()
        self.isClosed = true
        let engine = self.engine
        engine.forget(self)
        if let request = self.request {
            self.request = nil
            // evhttp leaves a request to the app when the client goes before it is answered.
            if request.pointee.evcon == nil { evhttp_request_free(request) }
        }
        self.tellFinished(lost: true)
    }

    func tellFinished(lost: Bool) {
        guard let context = self.requestContext else { return }
        self.requestContext = nil
        self.engine.delegate.finished(context, lost ? 1 : 0)
    }

    /// The answer has left: the connection waits for the next request, unless evhttp closes it.
    func completed() {
        self.depth += 1
        self.request = nil
        if self.isInputLimited {
            self.isInputLimited = false
            bufferevent_setwatermark(self.bufferevent, Int16(EV_READ), 0, 0)
            self.readPending()
        }
        self.waitingSince = self.engine.now
        self.stalledOutput = 0
        self.firstByteAt = nil
        self.noteBytesAhead()
        self.watchForBytes(true)
        self.tellFinished(lost: false)
        self.depth -= 1
        if self.engine.isStopping { self.abort() }
    }
}
