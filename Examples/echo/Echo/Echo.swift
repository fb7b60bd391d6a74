// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// A request as JSON.
struct Seen: Encodable {
    let method: String
    let uri: String
    let v: String
    let host: String
    let headers: [[String]]
    let body: String
}

/// Answers every request, whatever its method and path, with what arrived: made for HTTP conformance drivers.
func echo(_ request: HTTPServerRequest) throws {
    let seen = Seen(
        method: request.method,
        uri: request.uri,
        v: request.version,
        host: request.host,
        headers: request.headers.getAll().map { [$0.name, $0.value] },
        body: String(latin1: request.body)
    )
    let json = try JSON.encode(seen)
    try request.connection.writeHeaders(200, ["Content-Type": "application/json"], contentLength: json.count)
    try request.connection.write(json)
    try request.connection.finish()
}

func serve() throws {
    try HTTPServer(echo).listen(8889)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("echo", main: serve) }
