// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Tornado

/// `bench_client URL CONNECTIONS SECONDS`: so many requests under way at a time, for so long.
func load() throws {
    let arguments = CommandLine.arguments.suffix(3)
    guard arguments.count == 3, let url = arguments.first, let count = Int(arguments.dropFirst().first ?? ""),
        let seconds = Double(arguments.last ?? "")
    else { fatalError("usage: bench_client URL CONNECTIONS SECONDS") }
    let loop = IOLoop.current
    var settings = HTTPClientSettings()
    settings.maxClients = count
    settings.maxIdlePerHost = count
    let client = AsyncHTTPClient(forceInstance: true, settings: settings)
    let begin = loop.time()
    var done = 0
    var running = count

    func next() {
        guard loop.time() < begin + seconds else {
            running -= 1
            if running == 0 { loop.stop() }
            return
        }
        client.fetch(url) { response in
            try response.rethrow()
            done += 1
            next()
        }
    }
    for _ in 0..<count { next() }
    try loop.start()
    print("requests \(done)")
    print("seconds \(loop.time() - begin)")
}

/// What gtornado calls.
@c @implementation
public func gtornado_plugin_v1() -> GTornadoPlugin { .app("bench_client", main: load) }
