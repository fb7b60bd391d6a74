// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

final class MainHandler: RequestHandler {
    override func get() throws {
        write("Hello, world")
    }
}

func serve() throws {
    let app = Application([.url("/", MainHandler.self)])
    try app.listen(8888)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("hello", main: serve) }
