// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

extension ServerConnection {
    /// Answers for the app what breaks a rule or a limit, and closes.
    ///
    /// Within the connection's turn.
    func refuse(_ refusal: Refusal, _ startLine: gt_bytes, saysWhy: Bool = false) {
        let engine = self.engine
        guard !self.responseBegun else {
            self.isBroken = true
            return
        }
        self.appendRefusal(refusal.status, why: saysWhy ? refusal.why : "")
        self.responseBegun = true
        self.responseEnded = true
        self.phase = .closing
        // The client may be in the middle of sending: linger, so that it can read the answer.
        self.mustLinger = true
        let why = UnsafeRawPointer(refusal.why.utf8Start).assumingMemoryBound(to: CChar.self)
        if let refused = engine.delegate.refused {
            refused(engine.serverContext, self.exchange, Int32(refusal.status), why, startLine)
        }
    }

    /// The same when it is nobody's turn: after a deadline or the end of input.
    func refuseOutsideTurn(_ refusal: Refusal) {
        let engine = self.engine
        engine.batch = self.handle
        self.refuse(refusal, gt_bytes())
        engine.batch = nil
        self.flushBatch(engine)
        guard self.phase == .closing else { return }
        let context = self.requestContext
        self.requestContext = nil
        if self.hasOutput { self.updateInterest(engine) } else { self.finishClosing(engine) }
        if let context { engine.delegate.finished(context, 1) }
    }

    private func appendRefusal(_ status: Int, why: StaticString) {
        var text = "<html><title>\(status): "
        text += StatusLine.phrase(of: status).description
        let reason = why.utf8CodeUnitCount == 0 ? "" : ": \(why)"
        text += "</title><body>\(text.dropFirst(13))\(reason)</body></html>"
        var response = gt_response()
        response.size = UInt32(MemoryLayout<gt_response>.size)
        response.status = Int32(status)
        response.flags = UInt32(GT_RESPONSE_DATE | GT_RESPONSE_CLOSE)
        response.content_length = Int64(text.utf8.count)
        let context = ResponseEncoder.Context(
            isHead: self.isHead && self.phase != .idle,
            minorVersion: 1,
            keepAlive: false
        )
        let name: StaticString = "Content-Type"
        let value: StaticString = "text/html; charset=UTF-8"
        var field = gt_header(
            name: gt_bytes(data: name.utf8Start, size: name.utf8CodeUnitCount),
            value: gt_bytes(data: value.utf8Start, size: value.utf8CodeUnitCount)
        )
        let out = self.engine.batchOutput
        var encoder = ResponseEncoder()
        withUnsafePointer(to: &field) { field in
            response.headers = field
            response.header_count = 1
            // The head is this function's own, and sound.
            try? encoder.begin(
                response,
                context,
                repeated: self.engine.repeated,
                dateLine: self.engine.dateLine,
                into: out
            )
        }
        text.withUTF8 { body in
            let piece = gt_bytes(data: body.baseAddress, size: body.count)
            // As long as it said it would be.
            try? encoder.append(piece, into: out)
        }
        self.encoder = encoder
    }
}
