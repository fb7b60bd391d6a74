// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// The servers that a plugin without any of its own can be run on.
enum Server: String, CaseIterable, Sendable {
    case libevent
    case evhttp
}

/// Real runs of a C plugin on libevent, talked to by curl.
@Suite("A run on libevent")
struct RunTests {
    private func start(
        _ flags: [String] = ["-b", "127.0.0.1:0"],
        app: [String] = ["serve"],
        environment: [String: String] = [:]
    ) throws -> ChildProcess {
        try Tool.start(["run"] + flags + [Fixture.plugin(), "--"] + app, environment: environment)
    }

    /// The URL of the first line that says one.
    private func url(_ process: ChildProcess) throws -> String {
        let line = try process.line(with: "listening on ")
        return String(line.dropFirst("listening on ".count))
    }

    private func curl(_ arguments: String...) throws -> Tool.Result {
        try Tool.run(["-sS", "--max-time", "20"] + arguments, executable: "curl")
    }

    private func stop(_ process: ChildProcess, _ signal: Int32 = SIGTERM) throws {
        process.send(signal)
        #expect(try process.wait() == .exited(0), "\(process.errors)")
    }

    @Test("runs a plugin whose descriptor was made before gateway applications")
    func olderDescriptor() throws {
        let plugin = try Fixture.plugin("earlier", ["-DDESCRIPTOR_SIZE=offsetof(gt_plugin,application)"])
        let process = try Tool.start(["run", "-b", "127.0.0.1:0", plugin, "--", "serve"])
        #expect(try self.curl(try self.url(process)).output == "hello from C\n")
        try self.stop(process)
    }

    @Test("refuses views of nothing that have a size, wherever they come", arguments: Server.allCases)
    func nothing(server: Server) throws {
        let process = try self.start(["-b", "127.0.0.1:0", "--httpserver", server.rawValue])
        let url = try self.url(process)
        for _ in 0..<2 {
            let answer = try self.curl("-i", url + "null").output
            #expect(answer.hasSuffix("\r\n\r\n" + String(repeating: "1 ", count: 10) + "1"), "\(answer)")
            #expect(answer.contains("X-Abc: 12345\r\n"), "\(answer)")
        }
        try self.stop(process)
    }

    @Test("answers, says what it did, and stops at a signal", arguments: [SIGINT, SIGTERM], Server.allCases)
    func answers(signal: Int32, server: Server) throws {
        let process = try self.start(["-b", "127.0.0.1:0", "--httpserver", server.rawValue, "--verbose"])
        let url = try self.url(process)
        #expect(try self.curl(url).output == "hello from C\n")
        #expect(try self.curl(url + "loop").output == "same loop\n", "the app's loop is the server's")
        try self.stop(process, signal)
        #expect(process.output.hasSuffix("the app's loop has ended\n"))
        let name = signal == SIGINT ? "int" : "term"
        let lines = process.errors.split(separator: "\n").filter { !$0.hasPrefix("warning: evhttp: ") }
        try Snapshot.check(lines.joined(separator: "\n") + "\n", "run/\(server.rawValue)-\(name)")
    }

    @Test("on evhttp says what that server cannot protect against")
    func limitations() throws {
        let process = try self.start(["-b", "127.0.0.1:0", "--httpserver", "evhttp"])
        _ = try self.url(process)
        let warnings = process.errors.split(separator: "\n").filter { $0.hasPrefix("warning: evhttp: ") }
        let list = try Tool.run(["patch", "--list"]).output
        #expect(!warnings.isEmpty)
        for warning in warnings {
            #expect(list.contains("  - " + warning.dropFirst("warning: evhttp: ".count)))
        }
        try self.stop(process)
        let usual = try self.start()
        _ = try self.url(usual)
        #expect(!usual.errors.contains("evhttp"))
        try self.stop(usual)
    }

    @Test("waits with the method that was chosen", arguments: ["epoll", "poll", "select"])
    func method(name: String) throws {
        for variable in [false, true] {
            let flags = ["-b", "127.0.0.1:0"] + (variable ? [] : ["--libevent-method", name])
            let process = try self.start(flags, environment: variable ? ["GTORNADO_LIBEVENT_METHOD": name] : [:])
            #expect(try self.curl(self.url(process)).output == "hello from C\n")
            #expect(process.errors.contains("(\(name))\n"))
            try self.stop(process)
        }
    }

    @Test("listens where it is told", arguments: [":0", "127.0.0.1:0", "[::1]:0", "localhost:0"])
    func addresses(address: String) throws {
        let process = try self.start(["-b", address])
        let url = try self.url(process)
        #expect(!url.hasSuffix(":0/"), "port 0 is told as the one that was taken")
        let reachable = url.replacing("0.0.0.0", with: "127.0.0.1").replacing("[::]", with: "[::1]")
        #expect(try self.curl("-g", reachable).output == "hello from C\n")
        try self.stop(process)
    }

    @Test("listens on a Unix socket")
    func unixSocket() throws {
        let path = "\(Fixture.folder)/s.sock"
        let process = try self.start(["-b", "unix:\(path)"])
        _ = try self.url(process)
        #expect(try self.curl("--unix-socket", path, "http://localhost/").output == "hello from C\n")
        try self.stop(process)
        #expect(!FileManager.default.fileExists(atPath: path), "who makes the socket removes it")
    }

    @Test("listens on several addresses")
    func several() throws {
        let path = "\(Fixture.folder)/t.sock"
        let process = try self.start(["-b", "127.0.0.1:0", "-b", "unix:\(path)"])
        let url = try self.url(process)
        try process.line(with: "t.sock")
        #expect(try self.curl(url).output == "hello from C\n")
        #expect(try self.curl("--unix-socket", path, "http://localhost/").output == "hello from C\n")
        try self.stop(process)
    }

    @Test("takes over a listening descriptor", .enabled(if: Tool.exists("python3"), "python3 is not installed"))
    func descriptor() throws {
        let script = """
            import os, socket, sys
            s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
            print("port", s.getsockname()[1], flush=True)
            os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
            os.execv(sys.argv[1], sys.argv[1:])
            """
        let process = try Tool.start(
            ["-c", script, Tool.gtornado, "run", "-b", "fd://3", Fixture.plugin(), "--", "serve"],
            executable: "python3"
        )
        let port = try process.line(with: "port ").dropFirst(5)
        _ = try self.url(process)
        #expect(try self.curl("http://127.0.0.1:\(port)/").output == "hello from C\n")
        try self.stop(process)
    }

    @Test("ends with 73 if an address is in use, whoever chose it", arguments: Server.allCases)
    func inUse(server: Server) throws {
        let first = try self.start()
        let address = try self.url(first).dropFirst("http://".count).dropLast()
        for given in [true, false] {
            let flags = ["--httpserver", server.rawValue] + (given ? ["-b", "\(address)"] : [])
            let second = try self.start(flags, app: given ? ["serve"] : ["serve", "\(address)"])
            #expect(try second.wait() == .exited(73))
            let error = try #require(second.errors.components(separatedBy: "gtornado: error: ").last)
            try Snapshot.check(error, "run/in-use")
        }
        try self.stop(first)
    }

    @Test(
        "ends with 73 if an address makes no sense",
        arguments: ["nonsense", "127.0.0.1:99999", "unix:", "fd://99", "256.1.1.1:80"]
    )
    func badAddress(address: String) throws {
        let process = try self.start(["-b", address])
        #expect(try process.wait() == .exited(73))
        let error = try #require(process.errors.components(separatedBy: "gtornado: error: ").last)
        #expect(error.hasPrefix("cannot listen on \(address)\n  why: "))
        #expect(error.contains("  try: "))
    }

    @Test(
        "ends with 73 if an address is not for this user",
        .enabled(if: Nobody.canRun(Tool.gtornado), "needs setpriv, and to be root")
    )
    func forbidden() throws {
        chmod(Fixture.folder, 0o755)
        let result = try Nobody.run(["run", "-b", "unix:/root/no.sock", Fixture.plugin(), "--", "serve"])
        #expect(result.end == .exited(73))
        #expect(result.errors.contains("Permission denied"))
    }

    @Test("finishes the request in flight before it stops, and takes no new one", arguments: Server.allCases)
    func graceful(server: Server) throws {
        let process = try self.start(["-b", "127.0.0.1:0", "--httpserver", server.rawValue])
        let url = try self.url(process)
        let slow = try Tool.start(["-sS", "-i", "--max-time", "20", url + "slow"], executable: "curl")
        usleep(300_000)
        process.send(SIGTERM)
        try process.line(with: "SIGTERM: no new connections")
        #expect(try self.curl(url).end == .exited(7), "refused")
        #expect(try slow.wait() == .exited(0))
        #expect(slow.output.hasSuffix("slow\n"))
        #expect(try process.wait() == .exited(0))
        #expect(!process.errors.contains("connections were dropped"))
    }

    @Test("answers those who asked before it stopped")
    func askedBefore() throws {
        let process = try self.start(["-b", "127.0.0.1:0"])
        let url = try self.url(process)
        // It finds clients, requests and signal at once.
        process.send(SIGSTOP)
        let clients = try (0..<3).map { _ in
            try Tool.start(["-sS", "-i", "--max-time", "20", url], executable: "curl")
        }
        usleep(500_000)
        process.send(SIGTERM)
        process.send(SIGCONT)
        for client in clients {
            #expect(try client.wait() == .exited(0))
            #expect(client.output.hasPrefix("HTTP/1.1 200 OK"), "\(client.errors)")
        }
        #expect(try process.wait() == .exited(0))
    }

    @Test("drops what takes longer than the graceful timeout", arguments: [["--graceful-timeout", "200ms"], []])
    func dropped(flags: [String]) throws {
        let process = try self.start(
            ["-b", "127.0.0.1:0"] + flags,
            environment: flags.isEmpty ? ["GTORNADO_GRACEFUL_TIMEOUT": "0.2"] : [:]
        )
        let slow = try Tool.start(["-sS", "--max-time", "20", self.url(process) + "slow"], executable: "curl")
        usleep(300_000)
        let start = Date()
        try self.stop(process)
        #expect(Date().timeIntervalSince(start) < 0.9)
        #expect(process.errors.hasSuffix("warning: 1 connections were dropped: their requests took too long\n"))
        #expect(try slow.wait() != .exited(0))
    }

    @Test("ends at once at a second signal", arguments: [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)])
    func secondSignal(signal: Int32, status: Int32) throws {
        let process = try self.start()
        let slow = try Tool.start(["-sS", "--max-time", "20", self.url(process) + "slow"], executable: "curl")
        usleep(300_000)
        process.send(SIGTERM)
        try process.line(with: "SIGTERM: no new connections")
        process.send(signal)
        #expect(try process.wait(seconds: 0.5) == .exited(status))
        _ = try slow.wait()
    }

    @Test("stops under load without losing an answer")
    func load() throws {
        let process = try self.start()
        let url = try self.url(process)
        let script = """
            import http.client, sys, threading, time
            host = sys.argv[1]; lost = []; done = [0]
            def client():
                while True:
                    try:
                        c = http.client.HTTPConnection(host, timeout=10); c.connect()
                    except OSError:
                        return
                    try:
                        while True:
                            c.request("GET", "/"); r = c.getresponse(); body = r.read()
                            if body != b"hello from C\\n": lost.append(body)
                            done[0] += 1
                            if r.will_close: break
                    except (http.client.RemoteDisconnected, ConnectionError):
                        # An idle connection that is closed has lost no answer.
                        pass
                    except Exception as error:
                        lost.append(error)
            threads = [threading.Thread(target=client) for _ in range(8)]
            [t.start() for t in threads]; print("started", flush=True); [t.join() for t in threads]
            print("done", done[0] > 100, "lost", lost, flush=True)
            """
        let host = url.dropFirst("http://".count).dropLast()
        let clients = try Tool.start(["-c", script, "\(host)"], executable: "python3")
        try clients.line(with: "started")
        usleep(700_000)
        try self.stop(process)
        try clients.wait()
        #expect(clients.output.hasSuffix("done True lost []\n"), "\(clients.output)\(clients.errors)")
    }

    @Test("outlives clients that go away")
    func brokenPipe() throws {
        let process = try self.start()
        let url = try self.url(process)
        let port = try #require(URL(string: url)?.port.flatMap { UInt16(exactly: $0) })
        for _ in 0..<20 {
            let client = try RawClient(port: port)
            client.send(String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: 200))
        }
        #expect(try self.curl(url).output == "hello from C\n")
        try self.stop(process)
    }
}
