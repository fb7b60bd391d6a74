// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import TestKit
import Testing

/// The field Date is of the moment of its answer: servers look at the clock seldom, and remember what they saw.
@Suite struct DateTests {
    private func date(_ answer: Answer) throws -> Date {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        format.timeZone = TimeZone(identifier: "GMT")
        let text = try #require(answer["Date"])
        return try #require(format.date(from: text), "\(text)")
    }

    /// To the second before: that is how exact a Date is.
    private func isBetween(_ date: Date, _ first: Date, _ last: Date) -> Bool {
        date >= first.addingTimeInterval(-1.1) && date <= last
    }

    @Test(arguments: Provider.allCases)
    func ofAnAnswerAfterAPause(provider: Provider) throws {
        let server = try WebServer(provider)
        for _ in 0..<2 {
            let begin = Date()
            let date = try self.date(server.request("/"))
            #expect(self.isBetween(date, begin, Date()))
            usleep(2_200_000)
        }
    }

    /// Nobody's turn: the server has found on its own that the client is late.
    @Test(arguments: Provider.allCases.filter { !$0.isEvhttp })
    func ofATimeout(provider: Provider) throws {
        let server = try WebServer(provider, environment: ["WEBAPP_HEADER_TIMEOUT": "3"])
        #expect(try server.request("/").status == 200)
        let begin = Date()
        let client = try RawClient(port: server.port)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n")
        let answer = try Answer(client.receive(seconds: 20).text)
        #expect(answer.status == 408)
        #expect(try self.isBetween(self.date(answer), begin.addingTimeInterval(3), Date()))
    }

    /// The turn began three seconds before the answer.
    @Test(arguments: Provider.allCases)
    func behindAHandlerThatBlocks(provider: Provider) throws {
        let server = try WebServer(provider)
        #expect(try server.request("/").status == 200)
        let client = try RawClient(port: server.port)
        let begin = Date()
        client.send(
            "GET /block/3 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        )
        let text = client.receive(seconds: 20).text
        let answers = text.components(separatedBy: "HTTP/1.1 200").dropFirst()
        #expect(answers.count == 2)
        for answer in answers {
            let date = try self.date(Answer("HTTP/1.1 200" + answer))
            #expect(self.isBetween(date, begin.addingTimeInterval(3), Date()), "\(answer)")
        }
    }
}
