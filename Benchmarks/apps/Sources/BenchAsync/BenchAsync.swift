// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// The measured answer, from an async handler.
final class Hello: AsyncRequestHandler {
    override func get() async {
        write("Hello, world")
    }
}

func serve() throws {
    // The first argument is the port, where the app runs by itself; under gtornado --http-socket says it.
    let port = CommandLine.arguments.count == 2 ? Int(CommandLine.arguments[1]) : nil
    let app = Application([.url("/", Hello.self)])
    try app.listen(port ?? 8888, address: "127.0.0.1")
    try IOLoop.current.start()
}

/// What gtornado calls.
@c @implementation
public func gtornado_plugin_v1() -> GTornadoPlugin { .app("bench_async", main: serve) }
