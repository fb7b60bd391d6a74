// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Hummingbird
import Logging

/// Hummingbird's hello world as its own documentation writes it: one route, plain text, logging from warnings up.
@main
struct HummingbirdHello {
    static func main() async throws {
        let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8080
        var logger = Logger(label: "hello")
        logger.logLevel = .warning
        let router = Router()
        router.get("/") { _, _ in "Hello, world" }
        let app = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            logger: logger
        )
        try await app.runService()
    }
}
