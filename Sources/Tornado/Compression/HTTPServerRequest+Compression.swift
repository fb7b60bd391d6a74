// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Logging
import TornadoCore

/// Requests whose body is compressed: `HTTPServer.Settings.decompressRequest`.
extension HTTPServerRequest {
    /// Whether the body is decompressed on its way, and so has another length than the client gave.
    var isDecompressed: Bool { self.details?.compressedBody != nil }

    /// The head says of gzip, and of nothing else, that it is the body's coding: readers see neither.
    func decompressBody() {
        guard let index = self.gzipField else { return }
        self.renameField(index, "X-Consumed-Content-Encoding")
        guard self.awaitsBody else { return }
        self.parsed.compressedBody = CompressedBody(length: self.head.content_length)
        self.head.content_length = -1
    }

    /// Where the one Content-Encoding field is, if that says gzip.
    private var gzipField: Int? {
        let fields = UnsafeBufferPointer(start: self.head.headers, count: self.head.header_count)
        guard let index = fields.firstIndex(where: { $0.name.equalsLowercased("content-encoding") }) else { return nil }
        let value = fields[index].value
        guard value.equalsLowercased("gzip") || value.equalsLowercased("x-gzip") else { return nil }
        // Several fields are one list: codings one upon the other.
        let isOnly = !fields[(index + 1)...].contains { $0.name.equalsLowercased("content-encoding") }
        return isOnly ? index : nil
    }

    /// The body can't be decompressed, or is too large: the rest of it is dropped.
    func refuseBody(_ error: any Error) {
        self.awaitsBody = false
        self.parsed.bodyError = error
        guard !self.isAnswered else { return }
        if let handler { handler.bodyFailed(error) } else { self.refuse(error) }
    }

    /// Answers for a request callback, which has not been called yet, or waits for the body.
    private func refuse(_ error: any Error) {
        let status = (error as? any HTTPStatusError)?.statusCode ?? 500
        let why = (error as? any HTTPStatusError)?.logMessage ?? "\(error)"
        Log.general.warning("\(status) \(LogText.summary(of: self)): \(LogText.escaped(why))")
        if self.answer == .none {
            try? self.connection.writeHeaders(status, contentLength: 0)
            try? self.connection.finish()
            AccessLog.log(status, self)
        } else {
            self.abort()
        }
        // A callback that reads the body itself may still wait for its turn, or for more to read.
        self.leaveQueue()
        self.tellBodyWaiter()
    }
}
