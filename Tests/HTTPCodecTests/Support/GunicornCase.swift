// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import Testing

/// One case of gunicorn's request tests.
struct GunicornCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Request: Decodable, Sendable {
        struct Address: Decodable, Sendable {
            let raw: String
        }

        let method: String
        let uri: Address
        let version: [Int]
        let headers: [[String]]
        let body: String
        let trailers: [[String]]?
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case kind
        case base64 = "bytes_b64"
        case settings
        case requests
    }

    let id: String
    let kind: String
    /// Options that the case gives gunicorn; none means its defaults.
    let settings: [String]
    let requests: [Request]?
    private let base64: Data

    var testDescription: String { self.id }
    var isValid: Bool { self.kind == "valid" }

    /// The bytes; where an HTTP/1.1 request has no Host at all, each is given one, so that the case tests its own rule.
    var input: [UInt8] {
        let text = latin1(self.base64)
        // A single request in HTTP/1.0 needs none, and may hold the text of another as its body.
        guard !self.hasHost, self.requests?.count != 1 || self.requests?[0].version == [1, 1] else {
            return bytes(text)
        }
        return bytes(text.replacing(" HTTP/1.1\r\n", with: " HTTP/1.1\r\nHost: localhost\r\n"))
    }

    var hasHost: Bool { latin1(self.base64).lowercased().contains("\nhost:") }

    static let all: [Self] = Fixture.load("gunicorn")
}
