// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// An HTTP answer, taken apart.
public struct Answer {
    /// Text that is no answer.
    public struct Malformed: Error {
        /// The text.
        public let text: String

        /// An error that shows the text.
        public init(text: String) { self.text = text }
    }

    /// The status code.
    public let status: Int
    /// The reason phrase.
    public let reason: String
    /// The header fields in their order, names in lower case.
    public let fields: [(name: String, value: String)]
    /// The body as Latin-1, without the framing of chunks.
    public let body: String

    /// Takes apart what a client received.
    public init(_ text: String) throws {
        // Not by characters: CR LF is one.
        let scalars = Array(text.unicodeScalars)
        let end = scalars.indices.first {
            $0 + 3 < scalars.count && scalars[$0...($0 + 3)].map(\.value) == [13, 10, 13, 10]
        }
        guard let end else { throw Malformed(text: text) }
        func string(_ part: ArraySlice<Unicode.Scalar>) -> String { String(String.UnicodeScalarView(part)) }
        let lines = scalars[..<end].split(separator: "\n").map { string($0).filter { $0 != "\r" } }
        let first = lines[0].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard first.count == 3, let status = Int(first[1]) else { throw Malformed(text: text) }
        self.status = status
        self.reason = String(first[2])
        self.fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
            return (parts.first.map { $0.lowercased() } ?? "", value)
        }
        let isChunked = self.fields.contains { $0.name == "transfer-encoding" && $0.value.lowercased() == "chunked" }
        let rest = scalars[(end + 4)...]
        self.body = isChunked ? try Answer.joined(rest.map { $0 }) : string(rest)
    }

    private static func joined(_ chunked: [Unicode.Scalar]) throws -> String {
        var body = String.UnicodeScalarView()
        var at = 0
        while true {
            guard let lineEnd = chunked[at...].firstIndex(of: "\r"),
                let size = Int(String(String.UnicodeScalarView(chunked[at..<lineEnd])), radix: 16),
                lineEnd + 2 + size + 2 <= chunked.count
            else { throw Malformed(text: String(String.UnicodeScalarView(chunked))) }
            if size == 0 { return String(body) }
            body.append(contentsOf: chunked[(lineEnd + 2)..<(lineEnd + 2 + size)])
            at = lineEnd + 2 + size + 2
        }
    }

    /// The first field of that name.
    public subscript(name: String) -> String? { self.all(name).first }

    /// All fields of that name.
    public func all(_ name: String) -> [String] { self.fields.filter { $0.name == name.lowercased() }.map(\.value) }
}
