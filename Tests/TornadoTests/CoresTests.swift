// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// So many handlers at once, and what the others see.
@Suite struct CoresTests {
    private static let providers = Provider.allCases.filter(\.hasGreenlets)
    /// evhttp does not tell that a client has gone while it waits.
    private static let complete = providers.filter { !$0.isEvhttp }

    private func server(_ provider: Provider, _ options: String...) throws -> WebServer {
        try WebServer(provider, options: options)
    }

    @Test(arguments: providers)
    func theRestWaitsInOrder(provider: Provider) throws {
        let server = try self.server(provider, "--cores", "2")
        let begun = Date()
        var clients: [RawClient] = []
        for number in 1...6 {
            clients.append(try server.send("/block/0.3?\(number)", "Connection: close\r\n"))
            // Connections are accepted in the order they came; on each the request must be there in time.
            usleep(20_000)
        }
        for (index, client) in clients.enumerated() {
            let answer = try Answer(client.receive(seconds: 20).text)
            #expect(answer.status == 200 && answer.body.hasPrefix("/block/0.3?\(index + 1) in "))
        }
        // Three rounds.
        #expect(Date().timeIntervalSince(begun) > 0.85)
        let order = server.logLines(" GET /block/0.3?", count: 6).compactMap { $0.split(separator: "?").last?.first }
        #expect(order == ["1", "2", "3", "4", "5", "6"])
        #expect(try server.engine("cores") == "0 busy, 0 waiting, 0 refused")
    }

    @Test(arguments: providers)
    func whileSomebodyWaitsNoConnectionIsAccepted(provider: Provider) throws {
        let server = try self.server(provider, "--cores", "1")
        let before = try RawClient(port: server.port)
        before.send("GET /engine HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(before.receive(until: { $0.hasSuffix("}") }).text.contains("0 busy, 0 waiting"))
        let first = try server.send("/block/2.5")
        let second = try server.send("/block/0.01")
        usleep(200_000)
        before.send("GET /engine HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(before.receive(until: { $0.hasSuffix("}") }).text.contains("1 busy, 1 waiting, 0 refused"))
        let third = try server.send("/engine")
        let used = server.process.processorTime
        let early = third.receive(seconds: 1)
        #expect(early.text.isEmpty && !early.isClosed)
        // Being full costs no time: a loop that looked at the listener again and again would use all of it.
        #expect(server.process.processorTime - used < 0.2)
        for client in [first, second, third] {
            #expect(client.receive(seconds: 20, until: { $0.contains("\r\n\r\n") }).text.hasPrefix("HTTP/1.1 200 "))
        }
        #expect(try server.engine("cores") == "0 busy, 0 waiting, 0 refused")
    }

    @Test(arguments: providers)
    func aQueueHasALimit(provider: Provider) throws {
        let server = try self.server(provider, "--cores", "1", "--when-full", "queue:1")
        let first = try server.send("/block/1.5")
        #expect(try server.engine("cores", is: "1 busy, 0 waiting, 0 refused") == "1 busy, 0 waiting, 0 refused")
        let second = try server.send("/block/0.01")
        #expect(try server.engine("cores", is: "1 busy, 1 waiting, 0 refused") == "1 busy, 1 waiting, 0 refused")
        let third = try server.request("/block/0.01")
        #expect(third.status == 503 && third["Retry-After"] == "1" && third.body.contains("503"))
        #expect(try server.engine("cores") == "1 busy, 1 waiting, 1 refused")
        for client in [first, second] {
            #expect(client.receive(seconds: 20, until: { $0.contains(" in ") }).text.hasPrefix("HTTP/1.1 200 "))
        }
        try server.process.line(with: "503 GET /block/0.01 (127.0.0.1) ")
    }

    @Test(arguments: providers)
    func orEveryOneIsRefused(provider: Provider) throws {
        let server = try self.server(provider, "--cores", "1", "--when-full", "503")
        let first = try server.send("/block/1.5")
        #expect(try server.engine("cores", is: "1 busy, 0 waiting, 0 refused") == "1 busy, 0 waiting, 0 refused")
        let second = try server.request("/block/0.01")
        #expect(second.status == 503 && second["Retry-After"] == "1")
        // What needs no core is answered all the same.
        #expect(try server.request("/nowhere").status == 404)
        #expect(try server.request("/old/x").status == 301)
        let used = server.process.processorTime
        usleep(500_000)
        #expect(server.process.processorTime - used < 0.1)
        #expect(first.receive(seconds: 20, until: { $0.contains(" in ") }).text.hasPrefix("HTTP/1.1 200 "))
        #expect(try server.request("/block/0.01").status == 200)
    }

    @Test(arguments: complete)
    func whoeverLeavesTheQueueIsNotServed(provider: Provider) throws {
        let server = try self.server(provider, "--cores", "1", "--when-full", "queue:10")
        let first = try server.send("/block/2")
        #expect(try server.engine("cores", is: "1 busy, 0 waiting, 0 refused") == "1 busy, 0 waiting, 0 refused")
        var leaving: [RawClient] = []
        for number in 1...3 {
            leaving.append(try server.send("/block/0.01?\(number)", "Connection: close\r\n"))
            let expected = "1 busy, \(number) waiting, 0 refused"
            #expect(try server.engine("cores", is: expected) == expected)
        }
        // From the middle.
        leaving.remove(at: 1)
        #expect(try server.engine("cores", is: "1 busy, 2 waiting, 0 refused") == "1 busy, 2 waiting, 0 refused")
        try server.process.line(with: "499 GET /block/0.01?2 (127.0.0.1) ")
        #expect(first.receive(seconds: 20, until: { $0.contains(" in ") }).text.hasPrefix("HTTP/1.1 200 "))
        for client in leaving { #expect(try Answer(client.receive(seconds: 20).text).status == 200) }
        #expect(server.logLines("200 GET /block/0.01", count: 2).count == 2)
    }

    @Test(arguments: providers)
    func anAppSetsThemItself(provider: Provider) throws {
        let server = try WebServer(provider, environment: ["WEBAPP_CORES": "1"])
        let begun = Date()
        let clients = try (0..<2).map { _ in try server.send("/block/0.3", "Connection: close\r\n") }
        for client in clients { #expect(try Answer(client.receive(seconds: 20).text).status == 200) }
        #expect(Date().timeIntervalSince(begun) > 0.55)
        #expect(server.logLines("Cores.limit").isEmpty)
    }

    @Test func withoutGreenletsThatIsWarnedOf() throws {
        let server = try WebServer(.builtIn, environment: ["WEBAPP_CORES": "7"])
        try server.process.line(with: "Cores.limit is 7, but nothing here can suspend a handler")
        #expect(try server.request("/closure").status == 200)
    }

    @Test func uWSGIsCommandLineCarriesOver() throws {
        let server = try self.server(.libevent, "--http-socket", "127.0.0.1:0", "--tornado", "1", "--greenlet")
        let begun = Date()
        let clients = try (0..<2).map { _ in try server.send("/block/0.3", "Connection: close\r\n") }
        for client in clients { #expect(try Answer(client.receive(seconds: 20).text).status == 200) }
        #expect(Date().timeIntervalSince(begun) > 0.55)
    }
}
