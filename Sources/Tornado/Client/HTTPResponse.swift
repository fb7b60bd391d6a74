// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// What came of a request: a server's answer, or why there is none.
///
/// ```swift
/// client.fetch("http://localhost:8888/") { response in
///     if let error = response.error {
///         print("Error:", error)
///     } else {
///         print(response.code, response.body.count)
///     }
/// }
/// ```
public struct HTTPResponse: Sendable {
    /// The request that was made.
    public let request: HTTPRequest
    /// The status; 599 if there was no answer.
    public let code: Int
    /// The answer's body: without chunks, and without its Content-Encoding where that was undone.
    public internal(set) var body: [UInt8]
    /// Where the answer came from: the request's URL, or that of the last redirect.
    public let effectiveURL: String
    /// Seconds from when the request, of several the last one, began to the end of its answer.
    public let requestTime: Double
    /// When the request began, in seconds since 1970.
    public let startTime: Double
    /// How long each part of the way took.
    public let timeInfo: HTTPTimeInfo

    let head: ResponseFields
    let failure: HTTPClientError?

    /// The answer's header fields.
    ///
    /// Made anew each time: keep them in a constant to look at several.
    public var headers: HTTPHeaders { self.head.headers }

    /// The reason phrase that the server sent, or the standard one; what failed if there was no answer.
    public var reason: String {
        if let failure = self.failure, failure.code == 599 { return failure.description }
        let reason = self.head.reason
        return reason.isEmpty ? "\(StatusLine.phrase(of: self.code))" : reason
    }

    /// What failed; also set for an answer whose status is none of 200 to 299.
    public var error: HTTPClientError? {
        if let failure = self.failure {
            return failure.code == 599
                ? failure : HTTPClientError(failure.kind, code: failure.code, failure.description, response: self)
        }
        guard !(200..<300).contains(self.code) else { return nil }
        return HTTPClientError(.status, code: self.code, "HTTP \(self.code): \(self.reason)", response: self)
    }

    /// The answer, or what failed.
    public var result: Result<HTTPResponse, HTTPClientError> {
        if let error = self.error { .failure(error) } else { .success(self) }
    }

    /// Throws ``error`` if there is one.
    public func rethrow() throws {
        if let error { throw error }
    }
}

/// The fields of an answer's head as they came: turned into strings when they are asked for.
struct ResponseFields: Sendable {
    /// Reason, names and values, without anything between.
    private var bytes: [UInt8] = []
    /// How long each is.
    private var sizes: [UInt32] = []
    /// Names that are told otherwise, as Tornado does where it has undone a Content-Encoding.
    var isDecompressed = false

    init() {}

    init(_ head: ResponseHead, _ table: HeaderTable) {
        var size = head.reason.size
        for index in 0..<table.count { size += table.entries[index].name.size + table.entries[index].value.size }
        self.bytes.reserveCapacity(size)
        self.sizes.reserveCapacity(1 + 2 * table.count)
        self.append(head.reason)
        for index in 0..<table.count {
            self.append(table.entries[index].name)
            self.append(table.entries[index].value)
        }
    }

    private mutating func append(_ view: gt_bytes) {
        self.bytes.append(contentsOf: view.buffer)
        self.sizes.append(UInt32(truncatingIfNeeded: view.size))
    }

    var reason: String {
        guard let size = self.sizes.first else { return "" }
        return self.text(0, Int(size))
    }

    var headers: HTTPHeaders {
        var headers = HTTPHeaders()
        guard var place = self.sizes.first.map({ Int($0) }) else { return headers }
        headers.fields.reserveCapacity(self.sizes.count / 2)
        for index in stride(from: 1, to: self.sizes.count - 1, by: 2) {
            var name = self.text(place, Int(self.sizes[index]))
            place += Int(self.sizes[index])
            let value = self.text(place, Int(self.sizes[index + 1]))
            place += Int(self.sizes[index + 1])
            if self.isDecompressed {
                if name.equalsIgnoringASCIICase("Content-Length") { continue }
                if name.equalsIgnoringASCIICase("Content-Encoding") { name = "X-Consumed-Content-Encoding" }
            }
            headers.add(name, value)
        }
        return headers
    }

    private func text(_ start: Int, _ size: Int) -> String {
        self.bytes.withUnsafeBufferPointer { String(latin1: UnsafeBufferPointer(rebasing: $0[start..<start + size])) }
    }
}
