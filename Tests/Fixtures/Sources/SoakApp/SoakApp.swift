// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Everything that can leak, behind a path each, and `/stats` that tells whether it did.
func serve() throws {
    let app = Application([.url("/gone", Gone.self), .url("/big", Big.self)])
    addWaits(app)
    addGreenlets(app)
    app.get("/stats") { try $0.write(Stats.now) }
    app.get("/async") { handler in
        let value = try await blocking {
            usleep(2000)
            return "async"
        }
        handler.write(value)
    }
    let listening = try HTTPServer(app).listen(0, address: "127.0.0.1")
    let line = Array("soakapp on \(listening.address)\n".utf8)
    _ = Glibc.write(2, line, line.count)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("soakapp", main: serve) }

/// Plain blocking code.
private func addWaits(_ app: Application) {
    app.get("/sleep") { handler in
        usleep(5000)
        handler.write("slept")
    }
    app.get("/pair") { $0.write(try throughSocketPair("pair")) }
    app.get("/dns") { handler in
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo("localhost", "80", nil, &found)
        if code == 0 { freeaddrinfo(found) }
        handler.write(code == 0 ? "found" : "error \(code)")
    }
    app.get("/child") { $0.write("exit \(try exitStatus(of: "exit 7"))") }
    app.post("/echo") { handler in
        usleep(1000)
        handler.write(handler.request.body)
    }
}

/// What the framework's greenlets can do, and how they end.
private func addGreenlets(_ app: Application) {
    app.get("/timeout") { handler in
        do {
            try Timeout.with(0.005) { try Greenlet.sleep(10) }
            handler.write("late")
        } catch is TimeoutError {
            handler.write("timeout")
        }
    }
    app.get("/kill") { handler in
        let victim = Greenlet.spawn { try throughSocketPair(nil) }
        try Greenlet.sleep(0.001)
        try victim.kill()
        handler.write("killed")
    }
    app.get("/queue") { handler in
        let queue = Queue<Int>(maxsize: 2)
        Greenlet.spawn { for number in 1...10 { try queue.put(number) } }
        var sum = 0
        for _ in 1...10 { sum += try queue.get() }
        handler.write("\(sum)")
    }
    app.get("/pool") { handler in
        let squares = try Pool(3).map(1...6) { number in
            usleep(500)
            return number * number
        }
        handler.write("\(squares.reduce(0, +))")
    }
    app.get("/throw") { _ in
        usleep(500)
        throw HTTPError(418)
    }
}

/// Its clients go before it answers.
final class Gone: RequestHandler {
    override class var endsOnDisconnect: Bool { true }

    override func get() throws {
        _ = try throughSocketPair(nil)
    }
}

/// More than the kernel takes at once.
final class Big: RequestHandler {
    override func get() throws {
        let piece = [UInt8](repeating: 0x78, count: 64 * 1024)
        for _ in 0..<32 {
            write(piece)
            flush()
        }
    }
}
