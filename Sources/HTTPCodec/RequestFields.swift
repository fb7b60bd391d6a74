// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado

/// The fields that decide about framing and the connection, gathered while the head is parsed.
struct RequestFields {
    private var host: gt_bytes?
    private var contentLength: gt_bytes?
    private var transferEncoding: gt_bytes?
    private var connection = ConnectionOptions()
    private var hasUpgrade = false
    private var expectsContinue = false
    private var hasContentType = false

    /// Takes note of a field; a second one of a kind that must be single is refused.
    @inline(__always)
    mutating func note(_ name: gt_bytes, _ value: gt_bytes) -> Refusal? {
        // The lengths of the names differ, so nearly every other field is passed over by one comparison.
        switch name.size {
        case 4 where ByteScan.matches(name.data, count: 4, "host"):
            if self.host != nil { return .bad("two Host fields") }
            self.host = value
        case 6 where ByteScan.matches(name.data, count: 6, "expect"):
            self.expectsContinue = ByteScan.matches(value.data, count: value.size, "100-continue")
        case 7 where ByteScan.matches(name.data, count: 7, "upgrade"):
            self.hasUpgrade = value.size > 0
        case 10 where ByteScan.matches(name.data, count: 10, "connection"):
            self.connection.add(value)
        case 12 where ByteScan.matches(name.data, count: 12, "content-type"):
            if self.hasContentType { return .bad("two Content-Type fields") }
            self.hasContentType = true
        case 14 where ByteScan.matches(name.data, count: 14, "content-length"):
            if self.contentLength != nil { return .bad("two Content-Length fields") }
            self.contentLength = value
        case 17 where ByteScan.matches(name.data, count: 17, "transfer-encoding"):
            if self.transferEncoding != nil { return .bad("two Transfer-Encoding fields") }
            self.transferEncoding = value
        default:
            break
        }
        return nil
    }

    /// Decides framing, host and flags once all fields are known.
    func settle(
        _ head: inout RequestHead,
        form: StartLine.Form,
        authority: gt_bytes,
        limits: RequestLimits,
        knownHost: KnownHost
    ) -> Refusal? {
        let isVersion10 = head.minorVersion == 0
        if let refusal = self.settleHost(&head, form, authority, knownHost) { return refusal }
        head.flags = 0
        head.contentLength = 0
        if let coding = self.transferEncoding {
            if self.contentLength != nil { return .bad("both Transfer-Encoding and Content-Length") }
            if isVersion10 { return .bad("Transfer-Encoding in HTTP/1.0") }
            if let refusal = TransferCoding.check(coding) { return refusal }
            head.contentLength = -1
            head.flags |= UInt32(GT_REQUEST_CHUNKED)
        } else if let length = self.contentLength {
            switch ContentLength.parse(length) {
            case .success(let bytes):
                if bytes > limits.body { return Refusal(413, "the body is longer than the limit") }
                head.contentLength = bytes
            case .failure(let refusal):
                return refusal
            }
        }
        let keepAlive = isVersion10 ? self.connection.keepAlive && !self.connection.close : !self.connection.close
        if keepAlive { head.flags |= UInt32(GT_REQUEST_KEEP_ALIVE) }
        if self.expectsContinue, !isVersion10, head.contentLength != 0 {
            head.flags |= UInt32(GT_REQUEST_EXPECT_CONTINUE)
        }
        if self.hasUpgrade, self.connection.upgrade, !isVersion10 {
            head.flags |= UInt32(GT_REQUEST_UPGRADE)
        }
        return nil
    }

    private func settleHost(
        _ head: inout RequestHead,
        _ form: StartLine.Form,
        _ authority: gt_bytes,
        _ knownHost: KnownHost
    ) -> Refusal? {
        if let host = self.host {
            guard knownHost.isValid(host) else { return .bad("the value of Host is not a host") }
        } else if head.minorVersion > 0 {
            return .bad("no Host field")
        }
        switch form {
        case .absolute, .authority: head.host = authority
        case .origin, .asterisk: head.host = self.host ?? gt_bytes()
        }
        return nil
    }
}

/// The options of Connection fields that matter here.
struct ConnectionOptions {
    private(set) var close = false
    private(set) var keepAlive = false
    private(set) var upgrade = false

    mutating func add(_ value: gt_bytes) {
        FieldList.forEach(value) { bytes, count in
            if ByteScan.matches(bytes, count: count, "close") { self.close = true }
            if ByteScan.matches(bytes, count: count, "keep-alive") { self.keepAlive = true }
            if ByteScan.matches(bytes, count: count, "upgrade") { self.upgrade = true }
        }
    }
}

/// The members of a comma-separated field value, without the white space round them.
enum FieldList {
    static func forEach(_ value: gt_bytes, _ body: (UnsafePointer<UInt8>, Int) -> Void) {
        guard let bytes = value.data else { return }
        var start = 0
        while start <= value.size {
            var end = start
            while end < value.size, bytes[end] != 0x2C { end &+= 1 }
            var first = start
            var last = end
            while first < last, bytes[first] == 0x20 || bytes[first] == 0x09 { first &+= 1 }
            while last > first, bytes[last &- 1] == 0x20 || bytes[last &- 1] == 0x09 { last &-= 1 }
            body(bytes + first, last &- first)
            start = end &+ 1
        }
    }
}
