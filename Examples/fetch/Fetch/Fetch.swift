// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CCurl
import Glibc
import Tornado

final class MainHandler: RequestHandler {
    override func get() throws {
        write("Ask for /wait/SECONDS\n")
    }
}

/// Fetches TARGET_URL/wait/SECONDS, and passes the answer on.
final class WaitHandler: RequestHandler {
    private var target = ""
    private var authorities: String?

    override func initialize(_ arguments: HandlerArguments) throws {
        self.target = try arguments.value("target")
        self.authorities = arguments["authorities"] as? String
    }

    override func get() throws {
        let answer = try Transfer("\(self.target)/wait/\(pathArguments[0])", authorities: self.authorities)
        guard answer.status == 200 else {
            throw TransferError(description: "\(self.target) answered \(answer.status)")
        }
        write(answer.body)
    }
}

func serve() throws {
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    let target = getenv("TARGET_URL").map { String(cString: $0) } ?? "https://localhost:8443"
    var arguments: HandlerArguments = ["target": target]
    arguments["authorities"] = getenv("TARGET_CAFILE").map { String(cString: $0) }
    let app = Application([
        .url("/", MainHandler.self),
        .url("/wait/([0-9.]+)", WaitHandler.self, arguments),
    ])
    try app.listen(8888)
    try IOLoop.current.start()
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("fetch", main: serve) }
