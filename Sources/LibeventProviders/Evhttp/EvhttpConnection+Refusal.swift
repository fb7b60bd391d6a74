// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import HTTPCodec

extension EvhttpConnection {
    /// Answers for the app what breaks a rule, and closes: evhttp may have misread where the request ends.
    func refuse(_ request: UnsafeMutablePointer<evhttp_request>, _ head: RequestHead, _ refusal: Refusal) {
        self.responseBegun = true
        self.responseEnded = true
        request.pointee.major = 1
        request.pointee.minor = 1
        let phrase = StatusLine.phrase(of: refusal.status)
        let text = "<html><title>\(refusal.status): \(phrase)</title><body>\(refusal.status): \(phrase)</body></html>"
        let fields = request.pointee.output_headers
        evhttp_add_header(fields, "Content-Type", "text/html; charset=UTF-8")
        evhttp_add_header(fields, "Content-Length", "\(text.utf8.count)")
        evhttp_add_header(fields, "Connection", "close")
        if !self.isHead { evbuffer_add(request.pointee.output_buffer, text, text.utf8.count) }
        self.hidingFields(request) {
            evhttp_send_reply(request, Int32(refusal.status), EvhttpConnection.phrase(of: refusal.status), nil)
        }
        guard let refused = self.engine.delegate.refused else { return }
        let why = UnsafeRawPointer(refusal.why.utf8Start).assumingMemoryBound(to: CChar.self)
        let line = self.engine.text.joined(head.method, head.target)
        refused(self.engine.serverContext, OpaquePointer(self.handle), Int32(refusal.status), why, line)
    }
}
