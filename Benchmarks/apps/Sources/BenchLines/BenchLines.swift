// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// The measured echo of lines, in the callback form.
func serve() throws {
    // The last argument is the port: after "--" under gtornado, the only one where the app runs by itself.
    let server = try TCPServer { stream, _ in echo(stream) }
    try server.listen(CommandLine.arguments.last.flatMap { Int($0) } ?? 8888, address: "127.0.0.1")
    try IOLoop.current.start()
}

func echo(_ stream: IOStream) {
    stream.borrowUntil("\n") { line in
        try stream.writeNowait(line.get())
        echo(stream)
    }
}

/// What gtornado calls.
@c @implementation
public func gtornado_plugin_v1() -> GTornadoPlugin { .app("bench_lines", main: serve) }
