// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import TestKit

/// The web fixture, or another that prints its port likewise, running on one of the provider combinations.
final class WebServer {
    let provider: Provider
    let process: ChildProcess
    let port: UInt16
    /// Where it listens, in its own words.
    private let line: String

    init(
        _ provider: Provider,
        fixture: String = "webapp",
        options: [String] = [],
        arguments: [String] = [],
        environment: [String: String] = [:],
        wrapper: [String] = []
    ) throws {
        self.provider = provider
        let environment = environment.merging(["GTORNADO_LOG_FORMAT": "console"]) { own, _ in own }
        let command = try provider.command(fixture: fixture, options: options, arguments: arguments)
        self.process = try ChildProcess(wrapper + command, environment: environment)
        self.line = try self.process.line(with: "\(fixture) on ")
        guard let port = Self.ports(in: self.line).first else { throw Answer.Malformed(text: self.line) }
        self.port = port
    }

    /// The port of a fixture's second server.
    func secondPort() throws -> UInt16 {
        let ports = Self.ports(in: self.line)
        guard ports.count == 2 else { throw Answer.Malformed(text: self.line) }
        return ports[1]
    }

    private static func ports(in line: String) -> [UInt16] {
        line.split(separator: " ").compactMap { $0.split(separator: ":").last.flatMap { UInt16($0) } }
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

    /// What the app says of its engine: the value of one name.
    func engine(_ name: String) throws -> String {
        let body = try self.request("/engine").body
        let parts = body.split(separator: "\"").map(String.init)
        return parts.firstIndex(of: name).map { parts[$0 + 2] } ?? "nothing in \(body)"
    }

    /// Waits until the app says that of its engine; the last that it said, if it does not.
    func engine(_ name: String, is expected: String, seconds: Double = 10) throws -> String {
        var said = ""
        for _ in 0..<Int(seconds * 50) {
            said = try self.engine(name)
            if said == expected { break }
            usleep(20_000)
        }
        return said
    }

    /// A connection on which that was sent.
    func send(_ target: String, _ fields: String = "") throws -> RawClient {
        let client = try RawClient(port: self.port)
        client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        return client
    }

    /// Log lines that hold these words, when there are as many: a line may come after the answer that it is about.
    func logLines(_ words: String, count: Int) -> [Substring] {
        for _ in 0..<500 where self.logLines(words).count < count { usleep(20_000) }
        return self.logLines(words)
    }

    /// Log lines so far that hold these words.
    func logLines(_ words: String) -> [Substring] {
        self.process.errors.split(separator: "\n").filter { $0.contains(words) }
    }
}
