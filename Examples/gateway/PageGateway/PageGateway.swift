// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

// The example of uWSGI's Tornado engine in Swift: a callback of AsyncHTTPClient resumes the greenlet that asked.
//
//     gtornado run ./libgateway.so --http-socket :9090 --tornado 100 --greenlet
//
// Each request is answered with the page at GATEWAY_URL. While that is fetched the request's greenlet is suspended, and the
// loop serves others. It needs greenlets, and so gtornado: by itself the application answers that it has none.

import Glibc
import Tornado

let url = getenv("GATEWAY_URL").map { String(cString: $0) } ?? "http://localhost:8888/"

/// Called by the loop at the end of the request that `application` made.
func handleRequest(_ me: Greenlet, _ response: HTTPResponse) throws {
    if let error = response.error { print("Error:", error) }
    // Back to the suspended application, with what its switch() returns.
    try me.switch(response)
}

func application(_ environ: Gateway.Environ, _ startResponse: Gateway.StartResponse) throws -> [UInt8] {
    guard Greenlet.isAvailable else {
        try startResponse("501 Not Implemented", [("Content-Type", "text/plain")])
        return Array("This application waits in greenlets: run it with gtornado run ./libgateway.so\n".utf8)
    }
    let me = Greenlet.current
    let client = AsyncHTTPClient()
    client.fetch(url) { response in try handleRequest(me, response) }
    // Suspended until the callback switches back.
    let response = try me.parent.switch() as? HTTPResponse
    if let response, response.error == nil {
        try startResponse("200 OK", [("Content-Type", "text/plain")])
        return response.body
    }
    try startResponse("502 Bad Gateway", [("Content-Type", "text/plain")])
    return Array("There is no page: \(response?.reason ?? "nothing was passed")\n".utf8)
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin {
    .app("gateway", main: Gateway(application).serve)
}
