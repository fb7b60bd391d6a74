// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Foundation
import Testing

/// Bytes in a table: text, one character a byte, or a text many times over.
struct ByteParts: Decodable, Sendable {
    private enum Part: Decodable, Sendable {
        case text(String)
        case repetition(String, Int)

        private enum Key: String, CodingKey {
            case `repeat`
            case times
        }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                self = .text(text)
            } else {
                let values = try decoder.container(keyedBy: Key.self)
                self = .repetition(
                    try values.decode(String.self, forKey: .repeat),
                    try values.decode(Int.self, forKey: .times)
                )
            }
        }
    }

    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self.text = text
            return
        }
        self.text = try container.decode([Part].self).reduce(into: "") { text, part in
            switch part {
            case .text(let piece): text += piece
            case .repetition(let piece, let times): text += String(repeating: piece, count: times)
            }
        }
    }
}

/// One row of `Fixtures/core/cases.json`.
struct CoreCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Request: Decodable, Sendable {
        let method: String
        let target: ByteParts
        let host: String?
        let version: String?
        let headers: [[String]]?
        let body: String?
        let trailers: [[String]]?
    }

    enum End: String, Decodable, Sendable {
        case open
        case closed
        case waiting
        case refused
    }

    let id: String
    let title: String
    let rule: String
    let bytes: ByteParts
    let requests: [Request]
    let end: End
    let status: Int?

    var testDescription: String { "\(self.id) \(self.title)" }
    var input: [UInt8] { HTTPCodecTests.bytes(self.bytes.text) }

    static let all: [Self] = Fixture.load("core")
}

/// The files beside the tests.
enum Fixture {
    /// `Fixtures/<suite>/<name>`.
    static func load<Value: Decodable>(_ suite: String, _ name: String = "cases.json") -> Value {
        let file = Bundle.module.bundleURL.appendingPathComponent("Fixtures/\(suite)/\(name)")
        do {
            return try JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
        } catch {
            fatalError("\(file.path): \(error)")
        }
    }
}
