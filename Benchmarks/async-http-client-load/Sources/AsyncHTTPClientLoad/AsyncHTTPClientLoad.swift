// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import AsyncHTTPClient
import NIOCore
import NIOPosix

/// `AsyncHTTPClientLoad URL CONNECTIONS SECONDS`: so many requests under way at a time, on one event loop.
@main
struct AsyncHTTPClientLoad {
    nonisolated static func main() async throws {
        let arguments = CommandLine.arguments
        let (url, count, seconds) = (arguments[1], Int(arguments[2])!, Double(arguments[3])!)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = count
        let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        let begin = ContinuousClock.now
        let end = begin + .seconds(seconds)
        let total = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for _ in 0..<count {
                tasks.addTask { try await ask(client, url, until: end) }
            }
            var total = 0
            while let done = try await tasks.next() { total += done }
            return total
        }
        let passed = ContinuousClock.now - begin
        print("requests \(total)")
        print("seconds \(Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18)")
        try await client.shutdown()
        try await group.shutdownGracefully()
    }

    nonisolated static func ask(
        _ client: HTTPClient,
        _ url: String,
        until end: ContinuousClock.Instant
    ) async throws -> Int {
        var done = 0
        while ContinuousClock.now < end {
            let response = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(20))
            _ = try await response.body.collect(upTo: 1 << 20)
            precondition(response.status == .ok)
            done += 1
        }
        return done
    }
}
