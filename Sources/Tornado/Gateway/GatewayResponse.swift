// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// A gateway application's answer: begun by `startResponse`, sent piece by piece, with a head in front of the first.
final class GatewayResponse {
    private let request: HTTPServerRequest
    private let gate = GreenletGate()
    private var head: GatewayHead?
    /// The body's bytes in all; nil if not known.
    private var length: Int?
    private var sent = 0
    /// More is unsent than the server wants to hold.
    private(set) var isFull = false

    init(_ request: HTTPServerRequest) {
        self.request = request
    }

    /// The status that was sent, or is to be.
    var status: Int { self.head?.status ?? 500 }

    /// Whether a head was sent, so that nothing else can be answered.
    var isBegun: Bool { self.request.hasAnswerBegun }

    func start(_ status: String, _ headers: [(String, String)], _ excInfo: (any Error)?) throws {
        if let excInfo, self.isBegun { throw excInfo }
        guard excInfo != nil || self.head == nil else {
            throw GatewayError("startResponse() was called a second time without excInfo.")
        }
        self.head = try GatewayHead(status, headers)
    }

    /// What the application returned has a length, which counts if it said nothing else.
    func expect(_ count: Int?) {
        if let count, !self.isBegun, self.head?.contentLength == nil { self.length = count }
    }

    /// Sends a piece of the body; an empty one sends nothing.
    func write(_ piece: [UInt8]) throws {
        guard !piece.isEmpty else { return }
        try self.send(piece, end: false)
    }

    /// Sends the rest of the body, which may be none, and ends the answer.
    func end(_ piece: [UInt8] = []) throws {
        try self.send(piece, end: true)
        guard let length, self.sent < length, !self.request.hasNoBody(self.status) else { return }
        throw GatewayError("The body has \(self.sent) bytes, and Content-Length says \(length).")
    }

    /// Suspends the caller's greenlet until the client has caught up.
    func waitUntilDrained() throws {
        while self.isFull { try self.gate.wait("write") }
    }

    /// Answers that the application has failed.
    func fail() throws {
        let text = Array("Internal Server Error\n".utf8)
        self.head = try GatewayHead("500 Internal Server Error", [("Content-Type", "text/plain; charset=utf-8")])
        self.length = text.count
        try self.end(text)
    }

    private func send(_ piece: [UInt8], end: Bool) throws {
        guard let head else {
            throw GatewayError("The application sent a body, or returned, without calling startResponse().")
        }
        let length = head.contentLength ?? self.length
        self.length = length
        if let length, self.sent + piece.count > length {
            throw GatewayError("The body has more bytes than the \(length) that Content-Length says.")
        }
        self.sent += piece.count
        let result = piece.withUnsafeBufferPointer { piece in
            self.isBegun
                ? self.request.send(gt_bytes(piece), end: end)
                : head.send(to: self.request, length, gt_bytes(piece), end: end)
        }
        try HTTPOutputError.check(result, "write")
        guard result == Int32(GT_WRITE_FULL), !end else { return }
        self.isFull = true
        self.request.whenDrained { [self] in
            self.isFull = false
            self.gate.open()
        }
    }
}

/// Status and fields as `startResponse` was given them, checked.
struct GatewayHead {
    let status: Int
    let contentLength: Int?
    private let reason: String
    private let headers: HTTPHeaders

    /// Fields that speak of the connection and not of the answer (RFC 9110, 7.6.1).
    private static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "trailers",
        "transfer-encoding", "upgrade",
    ]

    init(_ status: String, _ fields: [(String, String)]) throws {
        let parts = status.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].utf8.count == 3, let number = Int(parts[0]), (200...599).contains(number),
            status.isFieldValue
        else {
            throw GatewayError("startResponse() was given the status \"\(status)\"; it must be like \"200 OK\".")
        }
        self.status = number
        self.reason = parts.count > 1 ? String(parts[1]) : ""
        for (name, value) in fields { try Self.check(name, value) }
        let headers = HTTPHeaders(fields.map { (name: $0.0, value: $0.1) })
        self.headers = headers
        let lengths = headers.getList("Content-Length")
        self.contentLength = lengths.first.flatMap { Int($0) }
        guard lengths.isEmpty || (lengths.count == 1 && (self.contentLength ?? -1) >= 0) else {
            throw GatewayError("startResponse() was given the Content-Length \(lengths): it must be one number.")
        }
    }

    private static func check(_ name: String, _ value: String) throws {
        guard name.isToken, value.isFieldValue else {
            throw GatewayError("startResponse() was given the field \"\(name)\", which can't be sent as it is.")
        }
        guard !self.hopByHop.contains(name.lowercased()) else {
            throw GatewayError("startResponse() was given the field \(name), which is the server's to set.")
        }
    }

    /// Sends itself and the first piece of the body.
    func send(to request: HTTPServerRequest, _ length: Int?, _ piece: gt_bytes, end: Bool) -> Int32 {
        var reason = self.reason
        // An answer that has no body may name the length that it would have.
        let known = end ? length ?? piece.size : length
        return self.headers.withViews { views in
            reason.withUTF8 { reason in
                request.respond(
                    status: Int32(self.status),
                    reason: gt_bytes(reason),
                    headers: views,
                    flags: self.headers.contains("Date") ? 0 : UInt32(GT_RESPONSE_DATE),
                    contentLength: Int64(known ?? -1),
                    body: piece,
                    end: end
                )
            }
        }
    }
}

extension HTTPServerRequest {
    /// Whether an answer of this status has no body on the wire.
    fileprivate func hasNoBody(_ status: Int) -> Bool {
        self.head.method.equals("HEAD") || status == 204 || status == 304
    }
}
