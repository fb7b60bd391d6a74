// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation

/// dnsmasq as the only name server of a network namespace of its own.
///
/// libc's resolver asks port 53 of whom /etc/resolv.conf names: in the namespace that is this server, and nothing of the
/// machine changes. `fast.test` is answered at once, `*.slow.test` a second later, `*.dead.test` never.
public final class NameServer {
    private let folder: ServerFolder
    private let namespace: ChildProcess
    private let slowServer: ChildProcess
    private let process: ChildProcess

    /// What is missing here to start it; nil if nothing is.
    public static let obstacle: String? = NameServer.findObstacle()

    private static func findObstacle() -> String? {
        for name in ["dnsmasq", "unshare", "nsenter", "ip", "python3"] where Place.program(name) == nil {
            return "\(name) is not installed"
        }
        let process = try? ChildProcess(NameServer.unshare + ["ip", "link", "set", "lo", "up"])
        return (try? process?.wait()) == .exited(0) ? nil : "network namespaces are not permitted here"
    }

    private static var unshare: [String] {
        ["unshare", "--net", "--mount"] + (geteuid() == 0 ? [] : ["--user", "--map-root-user"])
    }

    /// Starts one.
    public init() throws {
        self.folder = try ServerFolder("dns")
        let resolver = try self.folder.write(
            "resolv.conf",
            "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n"
        )
        let script =
            "PATH=$PATH:/usr/sbin:/sbin; ip link set lo up && mount --bind '\(resolver)' /etc/resolv.conf && echo ready && exec sleep 3600"
        self.namespace = try ChildProcess(NameServer.unshare + ["sh", "-c", script])
        try self.namespace.line(with: "ready")
        let prefix = Self.enter(self.namespace.pid)
        self.slowServer = try ChildProcess(prefix + ["python3", "-u", "-c", Self.slowAnswers])
        try self.slowServer.line(with: "ready")
        self.process = try ChildProcess(
            prefix + [
                Place.program("dnsmasq") ?? "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
                "--log-facility=-",
                "--pid-file=", "--user=root", "--no-resolv", "--no-hosts", "--no-poll", "--cache-size=0",
                "--listen-address=127.0.0.1", "--bind-interfaces", "--address=/fast.test/192.0.2.1",
                "--server=/slow.test/127.0.0.1#5353", "--server=/dead.test/127.0.0.1#5354",
            ]
        )
        try self.process.line(with: "started")
    }

    /// What to put before a command, to have it run where this is the name server.
    ///
    /// The network's only interface is loopback there: talk to the command through a Unix socket.
    public var prefix: [String] { Self.enter(self.namespace.pid) }

    private static func enter(_ pid: pid_t) -> [String] {
        let user = geteuid() == 0 ? [] : ["--user", "--preserve-credentials"]
        return ["nsenter", "--target", "\(pid)", "--net", "--mount"] + user + ["--"]
    }

    /// Ends it.
    public func kill() {
        self.process.send(SIGKILL)
        _ = try? self.process.wait()
    }

    /// Answers every question of port 5353 with 192.0.2.2 after a second, and takes those of port 5354 without a word.
    private static let slowAnswers = """
        import socket, threading
        slow = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); slow.bind(("127.0.0.1", 5353))
        dead = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); dead.bind(("127.0.0.1", 5354))
        print("ready", flush=True)
        def answer(question, who):
            end = question.index(0, 12) + 5
            record = b"\\xc0\\x0c\\x00\\x01\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x04" + bytes([192, 0, 2, 2])
            head = question[:2] + b"\\x81\\x80\\x00\\x01\\x00\\x01\\x00\\x00\\x00\\x00"
            slow.sendto(head + question[12:end] + record, who)
        while True:
            question, who = slow.recvfrom(512)
            threading.Timer(1, answer, (question, who)).start()
        """
}
