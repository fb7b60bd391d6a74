// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit

/// An example plugin, run by gtornado.
final class ClientApp {
    /// A request that has been sent, and whose answer is still to come.
    struct Waiting {
        fileprivate let client: RawClient

        /// Whether something of the answer has come.
        var isAnswered: Bool { self.client.hasInput }

        /// Waits for the answer.
        func answer(seconds: Double = 60) throws -> Answer {
            try Answer(self.client.receive(seconds: seconds).text)
        }
    }

    let process: ChildProcess
    private let connect: () throws -> RawClient

    /// Starts it on a port of its own.
    ///
    /// `prefix` is put before the command; then it listens on a Unix socket.
    init(_ example: String, environment: [String: String] = [:], prefix: [String] = []) throws {
        let socket = "/tmp/gtornado-client-\(getpid())-\(UInt32.random(in: 0..<1_000_000)).sock"
        let address = prefix.isEmpty ? "127.0.0.1:0" : "unix:\(socket)"
        self.process = try ChildProcess(
            prefix + [try Place.gtornado(), "run", "-b", address, try Self.plugin(example)],
            environment: environment.merging(["GTORNADO_LOG_FORMAT": "console"]) { own, _ in own }
        )
        let line = try self.process.line(with: "listening on ")
        if prefix.isEmpty {
            guard let port = line.split(separator: ":").last.flatMap({ UInt16($0.filter(\.isNumber)) }) else {
                throw Answer.Malformed(text: line)
            }
            self.connect = { try RawClient(port: port) }
        } else {
            self.connect = { try RawClient(path: socket) }
        }
    }

    /// Whether the example was built: it is left out where its library is not installed.
    ///
    /// Where none was built at all, that is not why: tests are to fail then, and say what to do.
    static func isBuilt(_ example: String) -> Bool {
        (try? self.plugin(example)) != nil || (try? self.plugin("hello")) == nil
    }

    private static func plugin(_ example: String) throws -> String {
        try Place.example("lib\(example).so")
    }

    /// Sends a request on a connection of its own.
    func send(_ target: String) throws -> Waiting {
        let client = try self.connect()
        client.send("GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return Waiting(client: client)
    }

    /// Sends a request and waits for its answer.
    func get(_ target: String, seconds: Double = 60) throws -> Answer {
        try self.send(target).answer(seconds: seconds)
    }

    /// Ends it, and says how it ended.
    func stop() throws -> ChildProcess.End {
        self.process.send(SIGTERM)
        return try self.process.wait()
    }
}
