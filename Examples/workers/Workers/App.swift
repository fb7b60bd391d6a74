// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

final class MainHandler: RequestHandler {
    override func get() throws {
        write("Ask for /wait/SECONDS\n")
    }
}

/// Has a thread of the app's own take so long, and waits for it.
final class WaitHandler: RequestHandler {
    private var workers: Workers?

    override func initialize(_ arguments: HandlerArguments) throws {
        self.workers = try arguments.value("workers", as: Workers.self)
    }

    override func get() throws {
        guard let workers = self.workers, let seconds = Double(pathArguments[0]), seconds < 3600 else {
            throw HTTPError(400)
        }
        let thread = try workers.work(seconds: seconds)
        write("thread \(thread) of \(workers.count), beside \(pthread_self())\n")
    }
}

func serve() throws {
    let workers = try Workers(count: getenv("WORKERS").flatMap { Int(String(cString: $0)) } ?? 8)
    let app = Application([
        .url("/", MainHandler.self),
        .url("/wait/([0-9.]+)", WaitHandler.self, ["workers": workers]),
    ])
    try app.listen(8888)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("workers", main: serve) }
