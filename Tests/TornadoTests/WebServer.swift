// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit

/// The web fixture, running on one of the provider combinations.
final class WebServer {
    let provider: Provider
    let process: ChildProcess
    let port: UInt16

    init(_ provider: Provider, environment: [String: String] = [:]) throws {
        self.provider = provider
        let environment = environment.merging(["GTORNADO_LOG_FORMAT": "console"]) { own, _ in own }
        self.process = try ChildProcess(try provider.command(fixture: "webapp"), environment: environment)
        let line = try self.process.line(with: "webapp on ")
        guard let port = line.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw Answer.Malformed(text: line)
        }
        self.port = port
    }

    /// Sends a request on a connection of its own and reads its answer.
    func request(
        _ target: String,
        method: String = "GET",
        host: String = "a",
        headers: [String] = [],
        body: String? = nil
    ) throws -> Answer {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: \(host)", "Connection: close"] + headers
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
        return try Answer(try RawClient.exchange(port: self.port, text, seconds: 10))
    }

    func form(_ target: String, _ type: String, _ body: String) throws -> Answer {
        try self.request(target, method: "POST", headers: ["Content-Type: \(type)"], body: body)
    }

    /// Log lines so far that hold these words.
    func logLines(_ words: String) -> [Substring] {
        self.process.errors.split(separator: "\n").filter { $0.contains(words) }
    }
}

/// An answer, taken apart.
struct Answer {
    struct Malformed: Error { let text: String }

    let status: Int
    let reason: String
    let fields: [(name: String, value: String)]
    let body: String

    init(_ text: String) throws {
        // Not by characters: CR LF is one.
        let scalars = Array(text.unicodeScalars)
        let end = scalars.indices.first {
            $0 + 3 < scalars.count && scalars[$0...($0 + 3)].map(\.value) == [13, 10, 13, 10]
        }
        guard let end else { throw Malformed(text: text) }
        func string(_ part: ArraySlice<Unicode.Scalar>) -> String { String(String.UnicodeScalarView(part)) }
        let lines = scalars[..<end].split(separator: "\n").map { string($0).filter { $0 != "\r" } }
        let first = lines[0].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard first.count == 3, let status = Int(first[1]) else { throw Malformed(text: text) }
        self.status = status
        self.reason = String(first[2])
        self.fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
            return (parts.first.map { $0.lowercased() } ?? "", value)
        }
        let isChunked = self.fields.contains { $0.name == "transfer-encoding" && $0.value.lowercased() == "chunked" }
        let rest = scalars[(end + 4)...]
        self.body = isChunked ? try Answer.joined(rest.map { $0 }) : string(rest)
    }

    private static func joined(_ chunked: [Unicode.Scalar]) throws -> String {
        var body = String.UnicodeScalarView()
        var at = 0
        while true {
            guard let lineEnd = chunked[at...].firstIndex(of: "\r"),
                let size = Int(String(String.UnicodeScalarView(chunked[at..<lineEnd])), radix: 16),
                lineEnd + 2 + size + 2 <= chunked.count
            else { throw Malformed(text: String(String.UnicodeScalarView(chunked))) }
            if size == 0 { return String(body) }
            body.append(contentsOf: chunked[(lineEnd + 2)..<(lineEnd + 2 + size)])
            at = lineEnd + 2 + size + 2
        }
    }

    subscript(name: String) -> String? { self.all(name).first }
    func all(_ name: String) -> [String] { self.fields.filter { $0.name == name.lowercased() }.map(\.value) }
}
