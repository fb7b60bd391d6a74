// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// What the detector must tell, and what it must not.
///
/// Listens on a free port and prints it.
func serve() throws {
    let app = Application([
        .url("/spin", SpinHandler.self),
        .url("/async/sleep", SleepingTaskHandler.self),
        .url("/async/spin", SpinningTaskHandler.self),
        .url("/async/wait", WaitingTaskHandler.self),
        .url("/callback", CallbackHandler.self),
    ])
    let listening = try HTTPServer(app).listen(0, address: "127.0.0.1")
    let line = Array("watchapp on \(listening.address)\n".utf8)
    _ = Glibc.write(2, line, line.count)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("watchapp", main: serve) }

/// Computes for so many seconds of the processor's time.
@inline(never)
func spinForAWhile(seconds: Double) {
    let end = clock() + Int(seconds * Double(CLOCKS_PER_SEC))
    while clock() < end {}
}

/// Sleeps in libc, where the loop cannot see it.
@inline(never)
func sleepForAWhile() {
    usleep(400_000)
}

final class SpinHandler: RequestHandler {
    override func get() throws {
        spinForAWhile(seconds: 0.5)
        write("spun")
    }
}

final class SleepingTaskHandler: AsyncRequestHandler {
    override func get() async throws {
        sleepForAWhile()
        write("slept")
    }
}

final class SpinningTaskHandler: AsyncRequestHandler {
    override func get() async throws {
        try await Task.sleep(for: .milliseconds(1))
        spinForAWhile(seconds: 0.4)
        write("spun")
    }
}

final class WaitingTaskHandler: AsyncRequestHandler {
    override func get() async throws {
        try await Task.sleep(for: .milliseconds(400))
        write("waited")
    }
}

final class CallbackHandler: RequestHandler {
    override func get() throws {
        IOLoop.current.callLater(0.01) { sleepForAWhile() }
        write("later")
    }
}
