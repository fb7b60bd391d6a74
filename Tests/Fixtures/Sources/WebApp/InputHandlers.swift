// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

final class ArgumentHandler: RequestHandler {
    override func get() throws { try answer() }
    override func post() throws { try answer() }

    private func answer() throws {
        let name = try getQueryArgument("name", default: "a") ?? "a"
        try write([
            "all": try getArguments(name),
            "raw": try getArguments(name, strip: false),
            "query": try getQueryArguments(name),
            "body": try getBodyArguments(name),
            "last": [try getArgument(name)],
        ])
    }
}

struct FormFile: Encodable {
    let filename: String
    let type: String
    let body: String
}

struct Form: Encodable {
    let arguments: [String: [String]]
    let files: [String: [FormFile]]
}

final class FormHandler: RequestHandler {
    override func post() throws {
        let form = request.bodyArguments
        let files = request.files.mapValues { files in
            files.map { FormFile(filename: $0.filename, type: $0.contentType, body: String(latin1: $0.body)) }
        }
        let pairs = form.names.map { ($0, form[$0]) }
        try write(Form(arguments: Dictionary(uniqueKeysWithValues: pairs), files: files))
    }
}

final class RequestViewHandler: RequestHandler {
    override func get() throws {
        try write([
            "method": request.method, "uri": request.uri, "path": request.path, "query": request.query,
            "version": request.version, "host": request.host, "hostName": request.hostName,
            "remoteIP": request.remoteIP, "protocol": request.protocol, "fullURL": request.fullURL(),
            "agent": request.headers["USER-AGENT"] ?? "none",
        ])
    }
    override func delete() throws { try get() }
    override func patch() throws { try get() }
    override func put() throws { try get() }
    override func options() throws { try get() }
}

final class CookieHandler: RequestHandler {
    override func get() throws { try write(request.cookies) }
    override func post() throws {
        try setCookie("plain", "value")
        try setCookie("plain", "again", maxAge: 5, httpOnly: true, secure: true, sameSite: .lax)
        try setCookie("quoted", "a;b \"c\"", domain: "example.com", path: "/x", expires: 784_111_777)
        try clearCookie("old")
    }
}

/// Counts what arrives, piece by piece.
final class UploadHandler: RequestHandler {
    override class var streamRequestBody: Bool { true }
    private var size = 0
    private var pieces = 0
    private var prepared = "unprepared"

    override func prepare() throws {
        if try getArgument("refuse", default: nil) != nil { throw HTTPError(403) }
        prepared = size == 0 ? "prepared first" : "prepared late"
    }
    override func dataReceived(_ chunk: [UInt8]) throws {
        size += chunk.count
        pieces += 1
    }
    override func put() throws { write("\(size) bytes, \(pieces > 0 ? "pieces" : "none"), \(prepared)") }
}

final class WaitingUploadHandler: AsyncRequestHandler {
    override class var streamRequestBody: Bool { true }
    private var size = 0
    private var isReceiving = false
    private var overlapped = false

    override func prepare() async throws { try await Task.sleep(for: .milliseconds(5)) }
    override func dataReceived(_ chunk: [UInt8]) async throws {
        if isReceiving { overlapped = true }
        isReceiving = true
        try await Task.sleep(for: .milliseconds(1))
        isReceiving = false
        size += chunk.count
    }
    override func put() async throws { write("\(size) bytes\(overlapped ? ", overlapping" : "")") }
}
