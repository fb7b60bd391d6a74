// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Fetches what its clients ask for, and tells them what came of it.
///
/// Listens on a free port and prints it.
func serve() throws {
    let app = Application([.url("/fetch", FetchHandler.self)])
    let listening = try HTTPServer(app).listen(0, address: "127.0.0.1")
    let line = Array("clientapp on \(listening.address)\n".utf8)
    _ = Glibc.write(2, line, line.count)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("clientapp", main: serve) }

/// The request's body, if it has one, is sent on.
final class FetchHandler: RequestHandler {
    override func get() throws { try self.fetch() }
    override func post() throws { try self.fetch() }

    private func fetch() throws {
        var request = HTTPRequest(try getArgument("url"), method: try getArgument("method", default: "GET"))
        if !self.request.body.isEmpty { request.body = self.request.body }
        for field in try getArguments("field") {
            let parts = field.split(separator: ":", maxSplits: 1).map(String.init)
            request.headers.add(parts[0], parts.count > 1 ? parts[1] : "")
        }
        request.connectTimeout = Double(try getArgument("connect", default: "5")) ?? 5
        request.requestTimeout = Double(try getArgument("timeout", default: "5")) ?? 5
        request.followRedirects = try getArgument("follow", default: "") == "yes"
        request.maxBodySize = 1024 * 1024
        let client = AsyncHTTPClient()
        autoFinish = false
        var isInside = true
        client.fetch(request) { response in
            guard !isInside else { fatalError("the callback ran inside fetch()") }
            self.report(response)
            // Logged by the loop, whoever made the request.
            if response.code == 404 { try response.rethrow() }
        }
        isInside = false
    }

    private func report(_ response: HTTPResponse) {
        write("\(response.code) \(response.reason)\n")
        write("error: \(response.error.map { "\($0)" } ?? "none")\n")
        write("timeout: \(response.error?.isTimeout ?? false)\n")
        write("type: \(response.headers["Content-Type"] ?? "none")\n")
        write("url: \(response.effectiveURL)\n")
        write("\n")
        write(response.body)
        finish()
    }
}
