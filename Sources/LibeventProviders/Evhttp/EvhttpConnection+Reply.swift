// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import CLibevent
import Glibc
import HTTPCodec
import ProviderKit

/// What the app does with its request: the table's functions, each for one connection.
extension EvhttpConnection {
    /// evhttp writes the size of a chunk as a 32-bit number.
    private static let maxChunk = 1 << 30
    /// Bytes that a client may send ahead while it is being answered.
    private static let maxAhead = 64 * 1024

    func respond(_ response: gt_response, _ body: gt_bytes, _ flags: UInt32) -> Int32 {
        guard !self.isBroken, !self.isClosed, let request = self.request else { return -EPIPE }
        guard !self.responseBegun else { return -EALREADY }
        // Nothing comes after 101 here: the connection cannot be taken over.
        if response.status == 101 { return -ENOTSUP }
        guard (200...599).contains(response.status), ResponseCheck.isSound(reason: response.reason),
            ResponseCheck.isReadable(body)
        else { return -EINVAL }
        let isWhole = flags & UInt32(GT_END) != 0
        let hasBody = !self.isHead && response.status != 204 && response.status != 304
        var length = response.content_length
        if hasBody {
            if length < 0, isWhole { length = Int64(body.size) }
            if length >= 0, Int64(body.size) > length { return -EMSGSIZE }
            if isWhole, Int64(body.size) < length {
                self.abort()
                return -EMSGSIZE
            }
        }
        let code = self.withEngine { self.addFields(request, response, length: length, hasBody: hasBody, $0) }
        guard code == 0 else {
            evhttp_clear_headers(request.pointee.output_headers)
            return code
        }
        self.responseBegun = true
        if isWhole { return self.sendWhole(request, response, hasBody ? body : gt_bytes()) }
        self.begin(request, response, length: length, hasBody: hasBody)
        return self.write(body, 0)
    }

    /// The reason phrase and the app's fields behind it as one text, and as fields only those that evhttp looks for.
    ///
    /// evhttp sends the reason as it is. A field of its own costs it six allocations and a `printf`.
    private func addFields(
        _ request: UnsafeMutablePointer<evhttp_request>,
        _ response: gt_response,
        length: Int64,
        hasBody: Bool,
        _ engine: EvhttpEngine
    ) -> Int32 {
        let fields = request.pointee.output_headers
        let isVersion10 = request.pointee.minor == 0
        var keepsAlive = self.keepAlive && !engine.isStopping && response.flags & UInt32(GT_RESPONSE_CLOSE) == 0
        let lines = engine.lines
        lines.removeAll()
        lines.append(self.reason(response))
        for index in 0..<response.header_count {
            let field = response.headers[index]
            if field.name.size == 4, let name = field.name.data, strncasecmp(name, "date", 4) == 0 {
                let code = self.addDate(field, to: fields, engine)
                guard code == 0 else { return code }
                continue
            }
            switch ResponseCheck.append(field, toLines: lines) {
            case .send, .drop: continue
            case .dropAndClose: keepsAlive = false
            case .refuse: return -EINVAL
            }
        }
        if response.flags & UInt32(GT_RESPONSE_DATE) != 0 {
            evhttp_add_header(fields, "Date", engine.text.text(engine.dates.value()))
        }
        if length >= 0, response.status != 204, response.status != 304 {
            guard evhttp_add_header(fields, "Content-Length", engine.text.decimal(length)) == 0 else { return -ENOMEM }
        }
        if isVersion10, hasBody, length < 0 { keepsAlive = false }
        if !keepsAlive {
            evhttp_add_header(fields, "Connection", "close")
        } else if isVersion10 {
            evhttp_add_header(fields, "Connection", "keep-alive")
        }
        return 0
    }

    /// The app's own, which evhttp must find: it would add another.
    private func addDate(
        _ field: gt_header,
        to fields: UnsafeMutablePointer<evkeyvalq>?,
        _ engine: EvhttpEngine
    ) -> Int32 {
        guard ResponseCheck.verdict(on: field) == .send else { return -EINVAL }
        let (name, value) = engine.text.texts(field.name, field.value)
        return evhttp_add_header(fields, name, value) == 0 ? 0 : -ENOMEM
    }

    private func reason(_ response: gt_response) -> gt_bytes {
        if response.reason.size > 0 { return response.reason }
        let phrase = StatusLine.phrase(of: Int(response.status))
        return gt_bytes(data: phrase.utf8Start, size: phrase.utf8CodeUnitCount)
    }

    /// What ``addFields(_:_:length:hasBody:_:)`` has put together, as evhttp takes it.
    private func statusLineEnd() -> UnsafePointer<CChar> {
        self.withEngine { $0.text.text(gt_bytes(data: $0.lines.bytes, size: $0.lines.count)) }
    }

    static func phrase(of status: Int) -> UnsafePointer<CChar> {
        // A static string ends in NUL.
        UnsafeRawPointer(StatusLine.phrase(of: status).utf8Start).assumingMemoryBound(to: CChar.self)
    }

    /// Shows evhttp no request fields while it writes a head: it would add to ours what it reads in them, such as a
    /// Content-Length of 0 for a body that is yet to come.
    @inline(__always)
    func hidingFields(_ request: UnsafeMutablePointer<evhttp_request>, _ send: () -> Void) {
        let fields = request.pointee.input_headers
        request.pointee.input_headers = self.engine.noFields
        send()
        request.pointee.input_headers = fields
    }

    private func sendWhole(
        _ request: UnsafeMutablePointer<evhttp_request>,
        _ response: gt_response,
        _ body: gt_bytes
    ) -> Int32 {
        self.responseEnded = true
        if body.size > 0, evbuffer_add(request.pointee.output_buffer, body.data, body.size) != 0 {
            self.abort()
            return -ENOMEM
        }
        let end = self.statusLineEnd()
        self.hidingFields(request) { evhttp_send_reply(request, response.status, end, nil) }
        if body.size > EvhttpConnection.maxAhead { self.limitInput() }
        return self.unsent > self.engine.settings.maxBufferSize ? Int32(GT_WRITE_FULL) : 0
    }

    private func begin(
        _ request: UnsafeMutablePointer<evhttp_request>,
        _ response: gt_response,
        length: Int64,
        hasBody: Bool
    ) {
        self.framing =
            if !hasBody {
                .none
            } else if length >= 0 {
                .length
            } else {
                request.pointee.minor > 0 ? .chunked : .untilClose
            }
        self.remaining = length
        let end = self.statusLineEnd()
        self.hidingFields(request) { evhttp_send_reply_start(request, response.status, end) }
        self.limitInput()
    }

    /// evhttp reads on while it answers, to learn of a closed connection, and keeps everything.
    private func limitInput() {
        self.isInputLimited = true
        bufferevent_setwatermark(self.bufferevent, Int16(EV_READ), 0, EvhttpConnection.maxAhead)
    }

    func write(_ piece: gt_bytes, _ flags: UInt32) -> Int32 {
        guard !self.isBroken, !self.isClosed, let request = self.request else { return -EPIPE }
        guard self.responseBegun, !self.responseEnded else { return -EALREADY }
        guard ResponseCheck.isReadable(piece) else { return -EINVAL }
        if self.framing == .length {
            guard Int64(piece.size) <= self.remaining else { return -EMSGSIZE }
            self.remaining -= Int64(piece.size)
        }
        if self.framing != .none, piece.size > 0, let bytes = piece.data {
            guard self.send(request, bytes, piece.size) else {
                self.abort()
                return -ENOMEM
            }
        }
        let isFull = self.unsent > self.engine.settings.maxBufferSize
        if flags & UInt32(GT_END) != 0 {
            guard self.framing != .length || self.remaining == 0 else {
                self.abort()
                return -EMSGSIZE
            }
            self.responseEnded = true
            self.wantsDrained = false
            // Where nothing is unsent, this ends the request, and perhaps the connection, before it returns.
            evhttp_send_reply_end(request)
        } else {
            self.wantsDrained = isFull
        }
        return isFull ? Int32(GT_WRITE_FULL) : 0
    }

    private func send(
        _ request: UnsafeMutablePointer<evhttp_request>,
        _ bytes: UnsafePointer<UInt8>,
        _ size: Int
    ) -> Bool {
        let pieces = self.engine.pieces
        var sent = 0
        while sent < size {
            let count = min(size - sent, EvhttpConnection.maxChunk)
            guard evbuffer_add(pieces, bytes + sent, count) == 0 else { return false }
            evhttp_send_reply_chunk_with_cb(request, pieces, { EvhttpConnection.from($1).drained() }, self.handle)
            sent += count
        }
        return true
    }

    /// Called by evhttp: all output has left.
    private func drained() {
        guard self.wantsDrained, let context = self.requestContext else { return }
        self.wantsDrained = false
        self.depth += 1
        self.engine.delegate.drained(context)
        self.depth -= 1
    }
}
