// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// WebSockets of every kind; listens on a free port and prints it.
func serve() throws {
    var settings = Application.Settings()
    settings.websocketMaxMessageSize = 16 * 1024 * 1024
    let app = Application(
        [
            .url("/echo", SyncEcho.self),
            .url("/async", AsyncEcho.self),
            .url("/blocking", BlockingEcho.self),
            .url("/limited", LimitedEcho.self),
            .url("/chat/([a-z]+)", Chat.self),
            .url("/say/([a-z]+)", Say.self),
            .url("/closing", Closing.self),
            .url("/failing", Failing.self),
            .url("/pinging", Pinging.self),
            .url("/flood", Flood.self),
            .url("/flood-async", AsyncFlood.self),
            .url("/refusing", Refusing.self),
            .url("/call", Call.self),
            .url("/counts", Counts.self),
            .url("/last", Last.self),
            .url("/stop", Stop.self),
        ],
        settings: settings
    )
    let listening = try HTTPServer(app).listen(0, address: "127.0.0.1")
    let line = Array("wsapp on \(listening.address)\(try encrypted(app))\n".utf8)
    _ = Glibc.write(2, line, line.count)
    try IOLoop.current.start()
}

/// The same over TLS, on another port, if the environment names a certificate.
private func encrypted(_ app: Application) throws -> String {
    guard let certificate = getenv("WSAPP_CERTIFICATE"), let key = getenv("WSAPP_KEY") else { return "" }
    var settings = HTTPServer.Settings()
    settings.sslOptions = SSLOptions(certfile: String(cString: certificate), keyfile: String(cString: key))
    return " and \(try HTTPServer(app, settings: settings).listen(0, address: "127.0.0.1").address)"
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("wsapp", main: serve) }

/// What the handlers have seen; on the loop's thread only.
final class Seen {
    nonisolated(unsafe) static var open = 0
    nonisolated(unsafe) static var last = ""
}

/// What is there: a leak shows here.
final class Counts: RequestHandler {
    override func get() throws {
        var count = 0
        if let folder = opendir("/proc/self/fd") {
            while readdir(folder) != nil { count += 1 }
            closedir(folder)
        }
        let greenlets = Greenlet.isAvailable ? RunInfo.greenlets(stacks: false).count : 0
        write("open \(Seen.open) descriptors \(count) greenlets \(greenlets)\n")
    }
}

/// The last connection's end.
final class Last: RequestHandler {
    override func get() throws { write(Seen.last) }
}

/// Ends the app.
final class Stop: RequestHandler {
    override func get() throws {
        write("stopping\n")
        IOLoop.current.addCallback { IOLoop.current.stop() }
    }
}
