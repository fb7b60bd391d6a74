// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec
import Logging
import TornadoCore

/// How an answer's head is put together.
extension RequestHandler {
    static let serverName: StaticString = "gTornado/0.1.0"
    static let defaultContentType: StaticString = "text/html; charset=UTF-8"

    /// The body's length as the app has set it.
    final var explicitContentLength: Int? {
        guard let headers, let text = headers["Content-Length"], let length = Int(text), length >= 0 else { return nil }
        return length
    }

    /// Sends an answer that is complete, with an entity tag, or as 304 if the client has it already.
    final func sendWhole() -> Int32 {
        let isHead = self.request.head.method.equals("HEAD")
        var etag = ""
        if self.status == 200, isHead || self.request.head.method.equals("GET") {
            if self.headers?.contains("Etag") != true, let computed = self.computeEtag() {
                // One with a line break is no entity tag: better none than a broken field.
                if computed == self.ownEtag || computed.isFieldValue { etag = computed }
            }
            if self.matchesEtag(etag) { self.becomeNotModified() }
        }
        if self.status == 204 || self.status == 304 { self.dropForbiddenBody() }
        var length = self.isBufferEmpty ? self.text.utf8.count : self.buffer.count
        if isHead, length == 0, let explicit = self.explicitContentLength { length = explicit }
        return self.sendHead(contentLength: Int64(length), end: true, etag: etag)
    }

    private func becomeNotModified() {
        self.status = 304
        self.reason = nil
        self.dropBody()
    }

    private func dropForbiddenBody() {
        if !self.text.isEmpty || !self.isBufferEmpty {
            Log.application.error("An answer with status \(self.status) has no body: what was written is dropped.")
            self.dropBody()
        }
        var headers = self.responseHeaders
        for name in ["Content-Encoding", "Content-Language", "Content-Type", "Content-Length"] { headers.remove(name) }
        self.headers = headers
    }

    /// Sends the head with what was written.
    ///
    /// Without headers of the app's own nothing is allocated.
    final func sendHead(contentLength: Int64, end: Bool, etag: String = "") -> Int32 {
        if self.extras?.leavesHead ?? true {
            return self.sendDefaultHead(contentLength: contentLength, end: end, etag: etag)
        }
        var headers = self.responseHeaders
        if !etag.isEmpty { headers["Etag"] = etag }
        for cookie in self.newCookies { headers.add("Set-Cookie", cookie.line) }
        let hasDate = self.isDateCleared || headers.contains("Date")
        var reason = self.reason ?? ""
        return headers.withViews { views in
            reason.withUTF8 { reason in
                self.withBody { body in
                    self.request.respond(
                        status: self.status,
                        reason: gt_bytes(reason),
                        headers: views,
                        flags: hasDate ? 0 : UInt32(GT_RESPONSE_DATE),
                        contentLength: contentLength,
                        body: body,
                        end: end
                    )
                }
            }
        }
    }

    private func sendDefaultHead(contentLength: Int64, end: Bool, etag: String) -> Int32 {
        var etag = etag
        return etag.withUTF8 { etag in
            withUnsafeTemporaryAllocation(of: gt_header.self, capacity: 3) { fields in
                fields.initializeElement(
                    at: 0,
                    to: gt_header(name: gt_bytes("Server"), value: gt_bytes(RequestHandler.serverName))
                )
                fields.initializeElement(
                    at: 1,
                    to: gt_header(name: gt_bytes("Content-Type"), value: gt_bytes(RequestHandler.defaultContentType))
                )
                fields.initializeElement(at: 2, to: gt_header(name: gt_bytes("Etag"), value: gt_bytes(etag)))
                let views = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(fields)[..<(etag.isEmpty ? 2 : 3)])
                return self.withBody { body in
                    self.request.respond(
                        status: self.status,
                        reason: gt_bytes(),
                        headers: views,
                        flags: self.isDateCleared ? 0 : UInt32(GT_RESPONSE_DATE),
                        contentLength: contentLength,
                        body: body,
                        end: end
                    )
                }
            }
        }
    }
}
