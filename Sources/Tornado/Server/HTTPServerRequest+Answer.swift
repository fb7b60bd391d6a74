// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc

/// The way from the framework to the server's table. Every call checks that the exchange is still alive, so that late
/// calls of an app are harmless.
extension HTTPServerRequest {
    var hasAnswerBegun: Bool { self.answer != .none }
    var isAnswered: Bool { self.answer == .ended || self.answer == .lost }

    @inline(__always)
    func respond(
        status: Int32,
        reason: gt_bytes,
        headers: UnsafeBufferPointer<gt_header>,
        flags: UInt32,
        contentLength: Int64,
        body: gt_bytes,
        end: Bool
    ) -> Int32 {
        guard let exchange else { return -EPIPE }
        guard self.answer == .none else { return self.answer == .lost ? -EPIPE : -EALREADY }
        var response = gt_response(
            size: UInt32(MemoryLayout<gt_response>.size),
            flags: flags,
            status: status,
            reason: reason,
            headers: headers.baseAddress,
            header_count: headers.count,
            content_length: contentLength
        )
        self.answer = end ? .ended : .begun
        let result = self.table.pointee.respond(exchange, &response, body, end ? UInt32(GT_END) : 0)
        if result < 0 { self.answer = result == -EPIPE ? .lost : .none }
        return result
    }

    func send(_ piece: gt_bytes, end: Bool) -> Int32 {
        guard let exchange, self.answer != .lost else { return -EPIPE }
        guard self.answer == .begun else { return -EALREADY }
        if end { self.answer = .ended }
        let result = self.table.pointee.write(exchange, piece, end ? UInt32(GT_END) : 0)
        if result == -EPIPE { self.answer = .lost }
        return result
    }

    func abort() {
        guard let exchange, !self.isAnswered else { return }
        self.answer = .lost
        self.table.pointee.abort(exchange)
    }

    /// Asks for the body, or for none of it for now.
    func wantBody(_ wanted: Bool) {
        guard self.exchange != nil, self.awaitsBody, !self.isAnswered else { return }
        if let compressed = self.details?.compressedBody, !compressed.want(wanted, of: self) { return }
        self.tellServer(wantsBody: wanted)
    }

    func tellServer(wantsBody: Bool) {
        guard let exchange else { return }
        _ = self.table.pointee.want_body(exchange, wantsBody ? 1 : 0)
    }

    /// The server's output is full: `callback` runs when it has drained, or when the exchange has ended.
    func whenDrained(_ callback: @escaping () -> Void) {
        self.parsed.drained.append(callback)
    }

    func runDrained() {
        guard let details, !details.drained.isEmpty else { return }
        let callbacks = details.drained
        details.drained = []
        for callback in callbacks { callback() }
    }
}
