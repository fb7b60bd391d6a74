// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc
import Tornado

/// How many at a time.
var limitChecks: [Check] {
    [
        Check("no more fetches than maxClients run, the rest in their order") {
            var settings = HTTPClientSettings()
            settings.maxClients = 3
            let client = AsyncHTTPClient(forceInstance: true, settings: settings)
            try with(
                try ScriptServer(
                    Array(repeating: [.request, .sleep(0.05), .send(ok("a"))], count: 10).flatMap { $0 } + [
                        .untilClosed
                    ]
                )
            ) {
                server in
                var order: [Int] = []
                var most = 0
                for index in 0..<12 {
                    client.fetch("\(server.url)\(index)") { response in
                        order.append(index)
                        most = max(most, client.connectionCount)
                        try expect(response.text, equals: "a")
                    }
                }
                for _ in 0..<100 where order.count < 12 { try pause(0.05) }
                try expect(order.count, equals: 12)
                try expect(most <= 3 && server.accepted <= 3, "\(most), \(server.accepted)")
                let asked = server.requests.map { $0.prefix { $0 != "H" } }
                try expect(Set(asked.prefix(3)), equals: ["GET /0 ", "GET /1 ", "GET /2 "])
            }
            client.close()
        },
        Check("one slow host does not take the turns of others") {
            var settings = HTTPClientSettings()
            settings.maxClientsPerHost = 1
            let client = AsyncHTTPClient(forceInstance: true, settings: settings)
            let slow = try ScriptServer([
                .request, .sleep(0.5), .send(ok("slow")), .request, .send(ok("slow")), .untilClosed,
            ])
            let fast = try ScriptServer.answering(ok("fast"))
            defer {
                slow.stop()
                fast.stop()
            }
            var order: [String] = []
            for url in [slow.url, slow.url, fast.url, fast.url] { client.fetch(url) { order.append($0.text) } }
            for _ in 0..<100 where order.count < 4 { try pause(0.05) }
            try expect(order, equals: ["fast", "fast", "slow", "slow"])
            try expect(slow.accepted, equals: 1)
            client.close()
        },
        Check("thousands that wait leave one after the other") {
            try with(ScriptServer.answering(ok("a"), times: 3000)) { server in
                var count = 0
                for _ in 0..<3000 { AsyncHTTPClient().fetch(server.url) { count += $0.code == 200 ? 1 : 0 } }
                for _ in 0..<300 where count < 3000 { try pause(0.05) }
                try expect(count, equals: 3000)
                try expect(server.accepted <= 10, "\(server.accepted)")
            }
        },
        Check("thousands that fail at once do not fill the stack") {
            var count = 0
            for _ in 0..<20_000 {
                AsyncHTTPClient().fetch(HTTPRequest("http://127.0.0.1:1/")) { count += $0.code == 599 ? 1 : 0 }
            }
            for _ in 0..<300 where count < 20_000 { try pause(0.05) }
            try expect(count, equals: 20_000)
        },
    ]
}
