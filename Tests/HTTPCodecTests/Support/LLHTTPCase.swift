// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import Testing

/// One case of llhttp's tests: bytes, and the log of events that its parser makes of them.
struct LLHTTPCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Failure: Decodable, Sendable {
        let code: Int
        let reason: String

        /// llhttp stops for its caller: nothing is wrong.
        var isPause: Bool { self.reason.hasPrefix("Pause on") }
        /// llhttp reports bytes behind the last request of a connection; a server never reads them.
        var isDataAfterClose: Bool { self.code == 5 }
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case title
        case type
        case base64 = "bytes_b64"
        case error
        case log
    }

    let id: String
    let title: String
    let type: String
    let error: Failure?
    private let base64: Data
    private let log: [String]

    var testDescription: String { "\(self.id) \(self.title)" }
    /// The messages of the log, in order.
    var messages: [LLHTTPMessage] { LLHTTPMessage.all(log: self.log, bytes: Array(self.base64)) }
    var isHostMissing: Bool { !latin1(self.base64).lowercased().contains("\nhost:") }

    /// The bytes; HTTP/1.1 requests without Host are given one, so that the case tests its own rule.
    var input: [UInt8] {
        var input = Array(self.base64)
        guard self.isHostMissing else { return input }
        guard self.messages.contains(where: { $0.versionEnd > 0 }) else {
            return bytes(latin1(input).replacing(" HTTP/1.1\r\n", with: " HTTP/1.1\r\nHost: localhost\r\n"))
        }
        for message in self.messages.reversed() where message.version == "1.1" {
            let lineEnd = message.versionEnd + 2
            if lineEnd <= input.count { input.insert(contentsOf: bytes("Host: localhost\r\n"), at: lineEnd) }
        }
        return input
    }

    /// The 134 requests for the strict parser.
    static let requests = all.filter { $0.type == "request" }
    private static let all: [Self] = Fixture.load("llhttp")
}

/// A message put together from an event log.
struct LLHTTPMessage {
    private(set) var method = ""
    private(set) var target = ""
    private(set) var version = ""
    /// The offset behind the version.
    private(set) var versionEnd = 0
    private(set) var headers: [Field] = []
    private(set) var trailers: [Field] = []
    private(set) var body = ""
    private(set) var hasHead = false
    private(set) var isComplete = false
    private var name = ""
    private var value = ""

    /// Spans are taken from the bytes, as their text in the log is escaped.
    static func all(log: [String], bytes: [UInt8]) -> [Self] {
        var messages: [Self] = []
        for line in log {
            let words = line.split(separator: " ", maxSplits: 2)
            guard let offset = Int(words[0].dropFirst(4)) else { continue }
            if line.hasSuffix("message begin") { messages.append(Self()) }
            guard !messages.isEmpty else { continue }
            if words.count == 3, words[1].hasPrefix("len="), let count = Int(words[1].dropFirst(4)) {
                let kind = words[2].dropFirst(5).prefix { $0 != "]" }
                messages[messages.count - 1].add(String(kind), latin1(bytes[offset..<offset + count]))
            } else {
                messages[messages.count - 1].note(line, offset)
            }
        }
        return messages
    }

    private mutating func add(_ kind: String, _ text: String) {
        switch kind {
        case "method": self.method += text
        case "url": self.target += text
        case "version": self.version += text
        case "header_field": self.name += text
        case "header_value": self.value += text
        case "body": self.body += text
        default: break
        }
    }

    private mutating func note(_ event: String, _ offset: Int) {
        if event.hasSuffix("version complete") { self.versionEnd = offset }
        if event.contains("headers complete") { self.hasHead = true }
        if event.hasSuffix("message complete") { self.isComplete = true }
        if event.hasSuffix("header_value complete") {
            let field = Field(name: self.name, value: self.value.trimmingCharacters(in: .whitespaces))
            if self.hasHead { self.trailers.append(field) } else { self.headers.append(field) }
            self.name = ""
            self.value = ""
        }
    }
}
