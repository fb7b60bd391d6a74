// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The fields of a response that decide where its body ends, gathered while the head is parsed (RFC 9112, 6.3).
struct ResponseFraming {
    private var contentLength: gt_bytes?
    private var transferEncoding: gt_bytes?
    private var connection = ConnectionOptions()

    /// Takes note of a field; a second one of a kind that must be single is refused.
    mutating func note(_ name: gt_bytes, _ value: gt_bytes) -> Refusal? {
        if ByteScan.matches(name.data, count: name.size, "content-length") {
            if self.contentLength != nil { return .bad("two Content-Length fields") }
            self.contentLength = value
        } else if ByteScan.matches(name.data, count: name.size, "transfer-encoding") {
            if self.transferEncoding != nil { return .bad("two Transfer-Encoding fields") }
            self.transferEncoding = value
        } else if ByteScan.matches(name.data, count: name.size, "connection") {
            self.connection.add(value)
        }
        return nil
    }

    /// Decides the body's length once all fields are known.
    ///
    /// What two clients could read in two ways is refused, also where there is no body: a peer that says both a length
    /// and a coding is not to be trusted with the next answer either.
    func settle(_ head: inout ResponseHead, isHeadRequest: Bool, limits: RequestLimits) -> Refusal? {
        head.contentLength = ResponseHead.untilClosed
        head.keepsAlive = !self.connection.close && (head.minorVersion > 0 || self.connection.keepAlive)
        if let coding = self.transferEncoding {
            if self.contentLength != nil { return .bad("both Transfer-Encoding and Content-Length") }
            if head.minorVersion == 0 { return .bad("Transfer-Encoding in HTTP/1.0") }
            if let refusal = TransferCoding.check(coding) { return refusal }
            head.contentLength = -1
        } else if let length = self.contentLength {
            switch ContentLength.parse(length) {
            case .success(let bytes): head.contentLength = bytes
            case .failure(let refusal): return refusal
            }
        }
        if isHeadRequest || head.status == 204 || head.status == 304 { head.contentLength = 0 }
        if head.contentLength > limits.body { return .bodyTooLong }
        return nil
    }
}

extension Refusal {
    static let bodyTooLong = Refusal(413, "the body is longer than the limit")
}
