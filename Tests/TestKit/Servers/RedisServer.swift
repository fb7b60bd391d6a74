// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// Redis on a port of the loopback address, keeping nothing.
public final class RedisServer {
    private let folder: ServerFolder
    private let process: ChildProcess
    private let port: UInt16

    /// Whether it can be started here.
    public static var isInstalled: Bool { Place.program("redis-server") != nil }

    /// Starts one with nothing in it.
    public init() throws {
        self.folder = try ServerFolder("redis")
        self.port = try FreePort.take()
        self.process = try ChildProcess([
            "redis-server", "--port", "\(self.port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--dir",
            self.folder.path,
        ])
        try self.process.line(with: "Ready to accept connections")
    }

    /// Where it is.
    public var url: String { "redis://127.0.0.1:\(self.port)" }

    /// Ends it without goodbye to its clients.
    public func kill() {
        self.process.send(SIGKILL)
        _ = try? self.process.wait()
    }
}
