// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

private let needs = Needs(
    "RabbitMQ",
    from: "rabbitmq-server",
    RabbitMQServer.isInstalled,
    example: "amqp",
    from: "librabbitmq-dev"
)

extension ClientLibraries {
    @Suite(
        "librabbitmq, against RabbitMQ",
        .enabled(if: needs.areMet, needs.comment)
    )
    struct AMQPTests {
        @Test("consumes together, each what was published for it, and says that the broker has gone")
        func together() throws {
            let server = try RabbitMQServer()
            let app = try ClientApp("amqp", environment: ["AMQP_URL": server.url])
            let answers = try Cooperation.check(app, (0..<20).map { "/wait/2?queue=queue\($0)" })
            #expect(answers.map(\.body) == Array(repeating: "got nothing\n", count: 20), "\(app.process.errors)")

            let waiting = try (0..<20).map { try app.send("/wait/30?queue=queue\($0)") }
            for number in (0..<20).reversed() {
                let answer = try app.get("/publish/word\(number)?queue=queue\(number)")
                #expect(answer.body == "published word\(number)\n")
            }
            #expect(try waiting.map { try $0.answer().body } == (0..<20).map { "got word\($0)\n" })

            let last = try app.send("/wait/30")
            usleep(500_000)
            server.kill()
            try Cooperation.checkLoss(app, waiting: last, next: "/wait/1")
        }
    }
}
