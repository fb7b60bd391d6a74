// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// Every behaviour of the web framework behind a path of its own.
///
/// Listens on a free port and prints it.
func serve() throws {
    let app = Application(routes + blockingRoutes + compressionRoutes + encryptionRoutes, settings: settings())
    app.addHandlers(hostPattern: #"www\.example\.com"#, [.url("/host", HostHandler.self)])
    addClosures(app)
    var server = HTTPServer.Settings()
    server.xheaders = getenv("WEBAPP_XHEADERS") != nil
    server.trustedDownstream = ["10.0.0.1"]
    server.maxBodySize = number("WEBAPP_MAX_BODY") ?? 8 * 1024 * 1024
    server.decompressRequest = getenv("WEBAPP_DECOMPRESS") != nil
    if let size = number("WEBAPP_CHUNK") { server.chunkSize = size }
    if let limit = number("WEBAPP_CORES") { Cores.current.limit = limit }
    if let seconds = number("WEBAPP_HEADER_TIMEOUT") { server.headerTimeout = Double(seconds) }
    server.sslOptions = encryption()
    let http = HTTPServer(app, settings: server)
    encryptedServer = http
    let listening = try http.listen(0, address: "127.0.0.1")
    let line = Array("webapp on \(listening.address) \(listening.url)\n".utf8)
    _ = Glibc.write(2, line, line.count)
    try serveCallback(server)
    // Before the loop has run: a supervisor may signal as soon as it reads that the app listens.
    if getenv("WEBAPP_HANGUP") != nil { raise(SIGHUP) }
    try IOLoop.current.start()
}

private func number(_ variable: String) -> Int? {
    getenv(variable).flatMap { Int(String(cString: $0)) }
}

/// A server without an application.
private func serveCallback(_ settings: HTTPServer.Settings) throws {
    let server = HTTPServer(settings: settings, answerWithoutHandler)
    let listening = try server.listen(0, address: "127.0.0.1")
    let line = Array("callback on \(listening.address)\n".utf8)
    _ = Glibc.write(2, line, line.count)
}

private func settings() -> Application.Settings {
    var settings = Application.Settings()
    settings.serveTraceback = getenv("WEBAPP_TRACEBACK") != nil
    return settings
}

/// What makes this library a plugin: its name, and what to run.
@c @implementation public func gtornado_plugin_v1() -> GTornadoPlugin { .app("webapp", main: serve) }

nonisolated(unsafe) private let routes: [URLSpec] = [
    .url("/", MainHandler.self),
    .url("/status/([0-9]+)", StatusHandler.self, name: "status"),
    .url("/group/(.*)", GroupHandler.self, name: "group"),
    .url("/named/(?P<first>[^/]+)/(?P<second>[a-z]*)", GroupHandler.self, name: "named"),
    .url("/choice/(a|b)?/(x+)", GroupHandler.self),
    .url("/initialize", InitializeHandler.self, ["greeting": "hi"]),
    .url("/reverse", ReverseHandler.self),
    .url("/headers", HeadersHandler.self),
    .url("/set", SetHandler.self),
    .url("/redirect", RedirectingHandler.self),
    .url("/error", FailingHandler.self),
    .url("/page", ErrorPageHandler.self),
    .url("/etag", EtagHandler.self),
    .url("/json", JSONHandler.self),
    .url("/args", ArgumentHandler.self),
    .url("/form", FormHandler.self),
    .url("/request", RequestViewHandler.self),
    .url("/cookie", CookieHandler.self),
    .url("/prepared", PreparedHandler.self),
    .url("/late", LateHandler.self),
    .url("/misuse", MisuseHandler.self),
    .url("/stream", StreamHandler.self),
    .url("/broken", BrokenHandler.self),
    .url("/upload", UploadHandler.self),
    .url("/async", WaitingHandler.self),
    .url("/async/stream", WaitingStreamHandler.self),
    .url("/async/upload", WaitingUploadHandler.self),
    .url("/hang", HangingHandler.self),
    .url("/gone", GoneHandler.self),
    .url("/detach", DetachHandler.self),
    .error("/teapot", 418),
    .redirect("/old/(.*)", to: "/new/{0}"),
    .redirect("/r/(.*)", to: "/{0}", permanent: false),
    .redirect("/rh/(.*)", to: "{0}"),
    .fallback("/fallback/.*") { request in
        try request.connection.writeHeaders(200, ["X-Fallback": request.path], contentLength: request.body.count)
        try request.connection.write(request.body)
        try request.connection.finish()
    },
]

private func addClosures(_ app: Application) {
    app.get("/closure") { $0.write("sync closure") }
    app.get("/arguments") { $0.write(GTornadoPlugin.arguments.joined(separator: "|")) }
    app.get("/block/closure") { $0.write(placeName()) }
    app.post("/closure/body") { $0.write($0.request.body) }
    app.post("/closure") { handler in
        try await Task.sleep(for: .milliseconds(5))
        handler.write("async closure")
    }
}
