// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// RabbitMQ on ports of the loopback address, with a node name, a port mapper and files of its own.
public final class RabbitMQServer {
    private let folder: ServerFolder
    private let portMapper: ChildProcess
    private let process: ChildProcess
    private let port: UInt16

    /// Debian's command in PATH changes the user: this is what it runs then.
    private static let program = "/usr/lib/rabbitmq/bin/rabbitmq-server"

    /// Whether it can be started here.
    public static var isInstalled: Bool {
        FileManager.default.isExecutableFile(atPath: self.program) && Place.program("epmd") != nil
    }

    /// Starts one without queues.
    public init() throws {
        self.folder = try ServerFolder("rabbitmq")
        self.port = try FreePort.take()
        let mapperPort = try FreePort.take()
        let configuration = try self.folder.write(
            "rabbitmq.conf",
            "listeners.tcp.1 = 127.0.0.1:\(self.port)\nlog.console = true\nlog.file = false\n"
        )
        // Erlang would start one as a daemon, which stays when the node has ended.
        self.portMapper = try ChildProcess(["epmd", "-port", "\(mapperPort)", "-address", "127.0.0.1"])
        try FreePort.wait(for: mapperPort, of: self.portMapper)
        self.process = try ChildProcess(
            [Self.program],
            environment: [
                "HOME": self.folder.path,
                "ERL_EPMD_PORT": "\(mapperPort)",
                // Makes the script become the node, so that its process id is the node's.
                "RUNNING_UNDER_SYSTEMD": "1",
                "RABBITMQ_NODENAME": "gtornado@localhost",
                "RABBITMQ_DIST_PORT": "\(try FreePort.take())",
                "RABBITMQ_CONFIG_FILE": configuration,
                "RABBITMQ_ENABLED_PLUGINS_FILE": try self.folder.write("enabled_plugins", "[].\n"),
                "RABBITMQ_MNESIA_BASE": self.folder.file("data"),
                "RABBITMQ_LOG_BASE": self.folder.file("log"),
                "RABBITMQ_GENERATED_CONFIG_DIR": self.folder.file("generated"),
                "RABBITMQ_PID_FILE": self.folder.file("pid"),
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                    "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
            ]
        )
        try self.process.line(with: "Server startup complete", seconds: 240)
    }

    /// Where it is, and who may log in.
    public var url: String { "amqp://guest:guest@127.0.0.1:\(self.port)/%2f" }

    /// Ends it without goodbye to its clients.
    public func kill() {
        self.process.send(SIGKILL)
        _ = try? self.process.wait()
    }
}
