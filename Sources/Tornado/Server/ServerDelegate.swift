// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Logging
import TornadoCore

/// The framework's side of the seam: what a server calls.
///
/// The server context is the `HTTPServer`, which it holds until it is destroyed. A request's context is the
/// `HTTPServerRequest`, held from `request` (which returns it) to `finished`.
enum ServerDelegate {
    /// Made once, never changed and never freed: servers read it on any thread.
    nonisolated(unsafe) static let table: UnsafePointer<gt_http_delegate> = {
        var table = gt_http_delegate()
        table.size = UInt32(MemoryLayout<gt_http_delegate>.size)
        table.version = GTORNADO_ABI_VERSION
        table.request = { context, exchange, view in
            guard let context, let view else { return nil }
            return Unmanaged<HTTPServer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                ServerDelegate.begin($0, exchange, view)
            }
        }
        table.body = { context, piece in request(context).bodyArrived(piece) }
        table.body_end = { context, _, _ in request(context).bodyEnded() }
        table.peer_closed = { context in request(context).peerClosed() }
        table.drained = { context in request(context).runDrained() }
        table.finished = { context, lost in
            guard let context else { return }
            Unmanaged<HTTPServerRequest>.fromOpaque(context).takeRetainedValue().exchangeFinished(lost: lost != 0)
        }
        table.refused = { _, _, status, why, startLine in
            AccessLog.refused(status: Int(status), why: why.map { String(cString: $0) } ?? "", startLine)
        }
        table.handshake_failed = { context, exchange, why in
            guard Log.general.logLevel <= .debug, let context, let exchange else { return }
            Unmanaged<HTTPServer>.fromOpaque(context)._withUnsafeGuaranteedRef { server in
                let address = server.address(of: exchange)
                let why = LogText.escaped(why.map { String(cString: $0) } ?? "")
                Log.general.debug("TLS handshake with \(address) failed: \(why)")
            }
        }
        let place = UnsafeMutablePointer<gt_http_delegate>.allocate(capacity: 1)
        place.initialize(to: table)
        return UnsafePointer(place)
    }()

    private static func begin(
        _ server: HTTPServer,
        _ exchange: OpaquePointer?,
        _ view: UnsafePointer<gt_request>
    ) -> UnsafeMutableRawPointer? {
        var request = HTTPServerRequest(server: server, exchange: exchange, view: view)
        if server.settings.decompressRequest { request.decompressBody() }
        if let application = server.application {
            application._withUnsafeGuaranteedRef { $0.begin(request) }
        } else {
            request.beginCallback()
        }
        guard request.answer == .ended else {
            request.keepHead()
            return Unmanaged.passRetained(request).toOpaque()
        }
        // The views end with this call: whoever still holds the request gets a copy.
        if !isKnownUniquelyReferenced(&request) { request.keepHead() }
        request.exchange = nil
        request.handler = nil
        return nil
    }
}

/// The request behind a context, which `finished` has not yet taken back.
///
/// Retained for the time of the call, since `finished` may come from inside of it.
private func request(_ context: UnsafeMutableRawPointer?) -> HTTPServerRequest {
    Unmanaged<HTTPServerRequest>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
}

extension HTTPServerRequest {
    func bodyArrived(_ piece: gt_bytes) {
        guard !self.isAnswered else { return }
        if let compressed = self.details?.compressedBody { return compressed.arrived(piece.buffer, of: self) }
        self.deliverBody(piece.buffer)
    }

    /// A piece of the body as the handler is to see it.
    func deliverBody(_ piece: UnsafeBufferPointer<UInt8>) {
        if let handler, handler.isStreaming {
            handler.received(Array(piece))
        } else {
            self.appendToBody(piece)
            self.tellBodyWaiter()
        }
    }

    func bodyEnded() {
        guard self.awaitsBody else { return }
        if let compressed = self.details?.compressedBody { return compressed.ended(of: self) }
        self.completeBody()
    }

    /// All of the body was delivered.
    func completeBody() {
        self.awaitsBody = false
        guard !self.isAnswered else { return }
        if let handler {
            handler.bodyComplete()
        } else if self.server.callsBackAtOnce {
            self.tellBodyWaiter()
        } else {
            self.runCallback()
        }
    }

    func peerClosed() {
        guard !self.isPeerClosed else { return }
        self.isPeerClosed = true
        guard !self.isAnswered else { return }
        let handler = self.handler
        self.leaveQueue()
        self.endCallback()
        handler?.connectionClosed()
    }

    /// The client has gone, or has its answer: gives up the place in the queue for a core.
    func leaveQueue() {
        guard let place = self.details?.place else { return }
        self.parsed.place = nil
        self.server.cores.leave(place)
        if let handler { handler.endQuietly() } else { self.abort() }
    }

    func exchangeFinished(lost: Bool) {
        self.exchange = nil
        let wasAnswered = self.answer == .ended
        if lost || !wasAnswered { self.answer = .lost }
        let handler = self.handler
        self.leaveQueue()
        self.handler = nil
        self.runDrained()
        self.tellBodyWaiter()
        guard !wasAnswered else { return }
        self.endCallback()
        handler?.connectionClosed()
    }

    func beginCallback() {
        if self.awaitsBody, !self.server.callsBackAtOnce {
            self.wantBody(true)
        } else {
            self.runCallback()
        }
    }

    private func runCallback() {
        if let suspend = self.server.suspend {
            self.server.cores.run(.callback(self), suspend)
        } else {
            self.performCallback()
        }
    }

    func performCallback() {
        guard case .callback(let callback) = self.server.target else { return }
        do {
            try callback(self)
        } catch {
            let summary = LogText.summary(of: self)
            Log.application.error("Uncaught error \(summary) from a request callback: \(LogText.escaped("\(error)"))")
            guard self.answer == .none else { return self.abort() }
            try? self.connection.writeHeaders(500, contentLength: 0)
            try? self.connection.finish()
        }
    }
}
