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
        if let handler, handler.isStreaming {
            handler.received(Array(piece.buffer))
        } else {
            self.appendToBody(piece.buffer)
        }
    }

    func bodyEnded() {
        guard self.awaitsBody else { return }
        self.awaitsBody = false
        guard !self.isAnswered else { return }
        if let handler {
            handler.bodyComplete()
        } else {
            self.runCallback()
        }
    }

    func peerClosed() {
        guard !self.isPeerClosed else { return }
        self.isPeerClosed = true
        if !self.isAnswered { self.handler?.connectionClosed() }
    }

    func exchangeFinished(lost: Bool) {
        self.exchange = nil
        let wasAnswered = self.answer == .ended
        if lost || !wasAnswered { self.answer = .lost }
        let handler = self.handler
        self.handler = nil
        self.runDrained()
        if !wasAnswered { handler?.connectionClosed() }
    }

    func beginCallback() {
        if self.awaitsBody {
            self.wantBody(true)
        } else {
            self.runCallback()
        }
    }

    private func runCallback() {
        guard case .callback(let callback) = self.server.target else { return }
        do {
            try callback(self)
        } catch {
            Log.application.error("Uncaught error from a request callback: \(LogText.escaped("\(error)"))")
            guard self.answer == .none else { return self.abort() }
            try? self.connection.writeHeaders(500, contentLength: 0)
            try? self.connection.finish()
        }
    }
}
