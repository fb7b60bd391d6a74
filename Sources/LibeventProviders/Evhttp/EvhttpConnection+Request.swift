// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import Glibc
import HTTPCodec
import ProviderKit

extension EvhttpConnection {
    private static let expect = UInt32(GT_REQUEST_EXPECT_CONTINUE)

    /// Called by evhttp: a request is whole.
    ///
    /// It is checked again by the codec's rules before the app sees it.
    func received(_ request: UnsafeMutablePointer<evhttp_request>) {
        self.depth += 1
        defer { self.depth -= 1 }
        self.request = request
        self.responseBegun = false
        self.responseEnded = false
        self.wantsDrained = false
        // About to be dropped: evhttp frees the request with the connection.
        if self.isBroken { return }
        evhttp_request_set_on_complete_cb(request, { EvhttpConnection.from($1).completed() }, self.handle)

        var head = RequestHead()
        let major = request.pointee.major
        let minor = request.pointee.minor
        let type = request.pointee.type
        let refusal = self.check(request, &head)
        self.isHead = type == EVHTTP_REQ_HEAD
        // evhttp would keep a connection open after any answer to CONNECT, and decide by Proxy-Connection where the
        // target is absolute. From here on neither matters to it.
        if type == EVHTTP_REQ_CONNECT { request.pointee.type = EVHTTP_REQ_GET }
        request.pointee.flags &= ~EVHTTP_PROXY_REQUEST
        if let refusal {
            self.refuse(request, head, refusal)
            return
        }
        // It would answer in the client's version, and this is as far as it goes.
        if major == 1, minor > 1 { request.pointee.minor = 1 }
        self.keepAlive = head.flags & UInt32(GT_REQUEST_KEEP_ALIVE) != 0 && self.engine.settings.keepAlive
        self.deliver(request, head)
    }

    private func check(_ request: UnsafeMutablePointer<evhttp_request>, _ head: inout RequestHead) -> Refusal? {
        head.method = EvhttpMethod.name(of: request.pointee.type)
        head.target = EvhttpConnection.view(request.pointee.uri)
        let minor = request.pointee.minor
        guard request.pointee.major == 1 else { return Refusal(505, "the major version is not 1") }
        guard minor >= 0, minor <= 9 else { return Refusal(400, "the version is not a digit, a dot and a digit") }
        head.minorVersion = UInt8(minor)
        let limits = self.engine.settings.limits
        // The line without its two spaces, its version and its end has to leave room for them.
        if head.method.size &+ head.target.size &+ 12 > limits.startLine {
            return Refusal(414, "the request line is longer than the limit")
        }
        let headers = self.engine.headers
        if !self.gatherFields(request, into: headers) { return Refusal(400, "a folded line") }
        let refusal = RequestRecheck.check(
            &head,
            headers: headers.entries,
            count: headers.count,
            limits: limits,
            knownHost: headers.knownHost
        )
        if let refusal { return refusal }
        let type = request.pointee.type
        if type == EVHTTP_REQ_HEAD || type == EVHTTP_REQ_TRACE, head.contentLength != 0 {
            return Refusal(400, "a body with a method for which evhttp reads none")
        }
        return nil
    }

    /// Views of evhttp's C strings.
    ///
    /// False where a value shows that it was folded: evhttp joins lines with a space, and takes leading ones away
    /// before that.
    private func gatherFields(
        _ request: UnsafeMutablePointer<evhttp_request>,
        into headers: HeaderScratch
    ) -> Bool {
        headers.removeAll()
        var next = request.pointee.input_headers.pointee.tqh_first
        while let field = next {
            let name = EvhttpConnection.view(field.pointee.key)
            var value = EvhttpConnection.view(field.pointee.value)
            if value.size > 0, let bytes = value.data, bytes[0] <= 0x20 {
                if bytes[0] == 0x20 { return false }
                // evhttp keeps leading tabs, and compares and reads the two fields of framing with them: so do we.
                if name.size != 14, name.size != 17 { value = EvhttpConnection.trimmed(bytes, value.size) }
            }
            headers.append(name, value)
            next = field.pointee.next.tqe_next
        }
        return true
    }

    private static func trimmed(_ bytes: UnsafePointer<UInt8>, _ size: Int) -> gt_bytes {
        var start = 0
        while start < size, bytes[start] == 0x20 || bytes[start] == 0x09 { start &+= 1 }
        return gt_bytes(data: bytes + start, size: size &- start)
    }

    @inline(__always)
    private static func view(_ text: UnsafeMutablePointer<CChar>?) -> gt_bytes {
        guard let text else { return gt_bytes() }
        return gt_bytes(data: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), size: strlen(text))
    }

    private func deliver(_ request: UnsafeMutablePointer<evhttp_request>, _ head: RequestHead) {
        let engine = self.engine
        var seen = gt_request()
        seen.size = UInt32(MemoryLayout<gt_request>.size)
        // 100 Continue has been sent by now.
        seen.flags = head.flags & ~EvhttpConnection.expect
        if self.session != nil { seen.flags |= UInt32(GT_REQUEST_TLS) }
        seen.method = head.method
        seen.target = head.target
        seen.host = head.host
        seen.headers = UnsafePointer(engine.headers.entries)
        seen.header_count = engine.headers.count
        seen.content_length = head.contentLength
        seen.version_major = 1
        seen.version_minor = head.minorVersion
        self.requestContext = engine.delegate.request(engine.serverContext, OpaquePointer(self.handle), &seen)
        if self.isDetached {
            self.tellFinished(lost: false)
            return
        }
        guard let context = self.requestContext else {
            // Null says that all is done; an app that says so without an answer has failed.
            if !self.responseEnded { self.abort() }
            return
        }
        self.deliverBody(request, context)
    }

    /// The whole body in one piece, and its end; neither once the answer was ended.
    private func deliverBody(_ request: UnsafeMutablePointer<evhttp_request>, _ context: UnsafeMutableRawPointer) {
        let delegate = self.engine.delegate
        guard self.isAnswerable, let input = request.pointee.input_buffer else { return }
        let length = evbuffer_get_length(input)
        if length > 0 {
            guard let bytes = evbuffer_pullup(input, -1) else {
                self.abort()
                return
            }
            delegate.body(context, gt_bytes(data: bytes, size: length))
            guard self.isAnswerable else { return }
            evbuffer_drain(input, length)
        }
        delegate.body_end(context, nil, 0)
    }

    /// Whether the app still has to answer.
    private var isAnswerable: Bool {
        self.request != nil && !self.responseEnded && !self.isBroken && !self.isClosed
    }
}

/// The methods that evhttp knows.
enum EvhttpMethod {
    static func name(of type: evhttp_cmd_type) -> gt_bytes {
        let name: StaticString =
            switch type {
            case EVHTTP_REQ_GET: "GET"
            case EVHTTP_REQ_POST: "POST"
            case EVHTTP_REQ_HEAD: "HEAD"
            case EVHTTP_REQ_PUT: "PUT"
            case EVHTTP_REQ_DELETE: "DELETE"
            case EVHTTP_REQ_OPTIONS: "OPTIONS"
            case EVHTTP_REQ_TRACE: "TRACE"
            case EVHTTP_REQ_CONNECT: "CONNECT"
            default: "PATCH"
            }
        return gt_bytes(data: name.utf8Start, size: name.utf8CodeUnitCount)
    }
}
