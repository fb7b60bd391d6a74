// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado
import TornadoService

/// Takes a second to answer.
final class Slow: AsyncRequestHandler {
    override func get() async throws {
        say("began")
        try await Task.sleep(for: .seconds(1))
        self.write("slow but sure")
    }
}

/// Prints a line at once, whatever standard output is.
func say(_ line: String) {
    let text = line + "\n"
    _ = write(STDOUT_FILENO, text, text.utf8.count)
}

let web = HTTPServerService(grace: 20) {
    let server = HTTPServer(Application([.url("/", Slow.self)]))
    say("http \(try server.listen(0, address: "127.0.0.1").address)")
    return server
}
let echo = TCPServerService(grace: 20) {
    let server = try AsyncTCPServer { stream, _ in
        let line = try await stream.readUntil("\n")
        say("line")
        try await Task.sleep(for: .seconds(1))
        try await stream.write(line)
        stream.close()
    }
    say("tcp \(try server.listen(0, address: "127.0.0.1")[0])")
    return server
}
let group = ServiceGroup(services: [web, echo], gracefulShutdownSignals: [.sigterm], logger: Log.general)
do {
    try IOLoop.current.runSync { try await group.run() }
    say("over")
} catch {
    say("failed: \(error)")
    exit(1)
}
