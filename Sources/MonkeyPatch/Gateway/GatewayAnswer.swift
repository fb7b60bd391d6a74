// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec

/// A gateway application's answer, kept until its first byte and then sent piece by piece.
final class GatewayAnswer {
    private var status: Int32 = 0
    private var reason: [UInt8] = []
    private var fields: [(name: [UInt8], value: [UInt8])] = []
    private var length: Int64 = -1
    private var sent: Int64 = 0
    private(set) var isBegun = false
    /// More is unsent than the server wants to hold.
    var isFull = false

    /// Whether there is a head.
    var isStarted: Bool { self.status != 0 }

    /// How many bytes are missing of those that Content-Length said.
    var missing: Int64 {
        self.status == 204 || self.status == 304 ? 0 : max(0, self.length - self.sent)
    }

    func start(_ line: String, _ fields: UnsafeBufferPointer<gt_header>) -> Int32 {
        if self.isBegun { return -EALREADY }
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].utf8.count == 3, let status = Int32(parts[0]), (200...599).contains(status) else {
            return -EINVAL
        }
        let reason = Array((parts.count > 1 ? parts[1] : "").utf8)
        guard reason.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else { return -EINVAL }
        var length: Int64 = -1
        for field in fields {
            if case .refuse = ResponseCheck.verdict(on: field) { return -EINVAL }
            guard Self.text(field.name).lowercased() == "content-length" else { continue }
            guard length < 0, let number = Int64(Self.text(field.value)), number >= 0 else { return -EINVAL }
            length = number
        }
        self.status = status
        self.reason = reason
        self.length = length
        self.fields = fields.map { (Self.bytes($0.name), Self.bytes($0.value)) }
        return 0
    }

    /// Sends a piece, the head before the first.
    ///
    /// An empty one that is not the last sends nothing. Returns 0 or a negative errno value.
    func send(_ piece: gt_bytes, end: Bool, _ exchange: OpaquePointer, _ http: UnsafePointer<gt_httpserver>) -> Int32 {
        guard self.isStarted else { return -EINVAL }
        if piece.size == 0, !end { return 0 }
        if self.length >= 0, self.sent + Int64(piece.size) > self.length { return -EMSGSIZE }
        let flags = end ? UInt32(GT_END) : 0
        let result =
            self.isBegun
            ? http.pointee.write(exchange, piece, flags) : self.respond(piece, end: end, exchange, http, flags)
        guard result >= 0 else { return result }
        self.isBegun = true
        self.sent += Int64(piece.size)
        if result == Int32(GT_WRITE_FULL), !end { self.isFull = true }
        return 0
    }

    private func respond(
        _ piece: gt_bytes,
        end: Bool,
        _ exchange: OpaquePointer,
        _ http: UnsafePointer<gt_httpserver>,
        _ flags: UInt32
    ) -> Int32 {
        let length = end && self.length < 0 ? Int64(piece.size) : self.length
        let hasDate = self.fields.contains { String(decoding: $0.name, as: UTF8.self).lowercased() == "date" }
        let size = self.fields.reduce(self.reason.count) { $0 + $1.name.count + $1.value.count }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size + 1) { text in
            withUnsafeTemporaryAllocation(of: gt_header.self, capacity: self.fields.count + 1) { views in
                var used = 0
                func copy(_ bytes: [UInt8]) -> gt_bytes {
                    let start = used
                    for byte in bytes {
                        text.initializeElement(at: used, to: byte)
                        used += 1
                    }
                    return gt_bytes(data: text.baseAddress.map { $0 + start }, size: bytes.count)
                }
                for (index, field) in self.fields.enumerated() {
                    let name = copy(field.name)
                    views.initializeElement(at: index, to: gt_header(name: name, value: copy(field.value)))
                }
                var response = gt_response()
                response.size = UInt32(MemoryLayout<gt_response>.size)
                response.flags = hasDate ? 0 : UInt32(GT_RESPONSE_DATE)
                response.status = self.status
                response.reason = copy(self.reason)
                response.headers = UnsafePointer(views.baseAddress)
                response.header_count = self.fields.count
                response.content_length = length
                return http.pointee.respond(exchange, &response, piece, flags)
            }
        }
    }

    /// An answer that the runner gives itself: one line of text.
    static func refuse(
        _ status: Int32,
        _ text: StaticString,
        _ retryAfter: StaticString?,
        _ exchange: OpaquePointer,
        _ http: UnsafePointer<gt_httpserver>
    ) -> Int32 {
        let answer = GatewayAnswer()
        answer.status = status
        answer.fields = [(Array("Content-Type".utf8), Array("text/plain".utf8))]
        if let retryAfter { answer.fields.append((Array("Retry-After".utf8), Array("\(retryAfter)".utf8))) }
        return answer.send(gt_bytes(data: text.utf8Start, size: text.utf8CodeUnitCount), end: true, exchange, http)
    }

    private static func bytes(_ view: gt_bytes) -> [UInt8] {
        Array(UnsafeBufferPointer(start: view.data, count: view.size))
    }

    private static func text(_ view: gt_bytes) -> String { String(decoding: Self.bytes(view), as: UTF8.self) }
}
