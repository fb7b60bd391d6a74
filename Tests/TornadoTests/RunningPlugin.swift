// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TestKit

/// A plugin that `gtornado run` serves on a free port.
struct RunningPlugin {
    let process: ChildProcess
    let port: UInt16

    init(
        _ provider: Provider,
        _ plugin: String,
        _ options: [String] = [],
        environment: [String: String] = [:]
    ) throws {
        let command = [try Place.gtornado(), "run", plugin, "--http-socket", "127.0.0.1:0"]
        self.process = try ChildProcess(
            command + (provider.options ?? []) + options,
            environment: environment.merging(["GTORNADO_LOG_FORMAT": "console"]) { own, _ in own }
        )
        let line = try self.process.line(with: "listening on http://127.0.0.1:")
        guard let port = line.dropLast().split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw Answer.Malformed(text: line)
        }
        self.port = port
    }

    func request(_ path: String, method: String = "GET", body: String? = nil) throws -> Answer {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        return try Answer(try RawClient.exchange(port: self.port, text + "\r\n" + (body ?? ""), seconds: 10))
    }
}
