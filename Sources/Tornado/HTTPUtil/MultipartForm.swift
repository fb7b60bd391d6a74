// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import Glibc

/// Reads a form of type `multipart/form-data`.
///
/// Strict, bounded, and linear in the body's length.
struct MultipartForm {
    static let maxParts = 100
    static let maxPartHeader = 10 * 1024
    static let maxBoundary = 200

    private(set) var arguments = FormArguments()
    private(set) var files: [String: [HTTPFile]] = [:]

    /// Parses a whole body.
    ///
    /// Throws `HTTPInputError` for anything that is not as RFC 7578 says.
    init(contentType: String, body: UnsafeBufferPointer<UInt8>) throws {
        let boundary = try MultipartForm.boundary(of: contentType)
        let delimiter = Array("--\(boundary)".utf8)
        var cursor = Cursor(bytes: body, delimiter: delimiter)
        try cursor.skipPreamble()
        var parts = 0
        while try cursor.beginPart() {
            parts += 1
            guard parts <= MultipartForm.maxParts else {
                throw HTTPInputError("A multipart form with more than \(MultipartForm.maxParts) parts.")
            }
            let headers = try cursor.readHeaders()
            try self.add(headers, try cursor.readBody())
        }
    }

    private static func boundary(of contentType: String) throws -> String {
        let boundary = try HeaderParameters(contentType).values["boundary"] ?? ""
        guard !boundary.isEmpty, boundary.utf8.count <= self.maxBoundary, boundary.isFieldValue else {
            throw HTTPInputError("A multipart form without a usable boundary.")
        }
        return boundary
    }

    private mutating func add(_ headers: HTTPHeaders, _ body: UnsafeBufferPointer<UInt8>) throws {
        guard let disposition = headers["Content-Disposition"] else {
            throw HTTPInputError("A part of a multipart form without Content-Disposition.")
        }
        let parsed = try HeaderParameters(disposition)
        guard parsed.value.equalsIgnoringASCIICase("form-data"), let name = parsed.values["name"], !name.isEmpty else {
            throw HTTPInputError("A part of a multipart form that is not form-data, or has no name.")
        }
        guard let filename = parsed.values["filename"] else {
            self.arguments.append(name, Array(body))
            return
        }
        let type = headers["Content-Type"] ?? "application/unknown"
        self.files[name, default: []].append(HTTPFile(filename: filename, contentType: type, body: Array(body)))
    }
}

/// A walk over a multipart body.
///
/// Every step moves forward, so the walk is linear.
private struct Cursor {
    let bytes: UnsafeBufferPointer<UInt8>
    let delimiter: [UInt8]
    private var at = 0

    init(bytes: UnsafeBufferPointer<UInt8>, delimiter: [UInt8]) {
        self.bytes = bytes
        self.delimiter = delimiter
    }

    private func hasPrefix(_ prefix: [UInt8], at index: Int) -> Bool {
        guard index <= self.bytes.count, self.bytes.count - index >= prefix.count, let base = self.bytes.baseAddress
        else { return false }
        return memcmp(base + index, prefix, prefix.count) == 0
    }

    private func hasLineEnd(at index: Int) -> Bool {
        index + 1 < self.bytes.count && self.bytes[index] == 0x0D && self.bytes[index + 1] == 0x0A
    }

    /// The next CR LF from `index` on.
    private func nextLineEnd(from index: Int) -> Int? {
        guard let base = self.bytes.baseAddress else { return nil }
        var index = index
        while index < self.bytes.count, let found = memchr(base + index, 0x0D, self.bytes.count - index) {
            index = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            if self.hasLineEnd(at: index) { return index }
            index += 1
        }
        return nil
    }

    /// Stops behind the first delimiter.
    mutating func skipPreamble() throws {
        while !self.hasPrefix(self.delimiter, at: self.at) {
            guard let end = self.nextLineEnd(from: self.at) else {
                throw HTTPInputError("A multipart form in which the boundary does not occur.")
            }
            self.at = end + 2
        }
        self.at += self.delimiter.count
    }

    /// Whether another part follows the delimiter just passed.
    mutating func beginPart() throws -> Bool {
        if self.hasPrefix([0x2D, 0x2D], at: self.at) { return false }
        while self.at < self.bytes.count, self.bytes[self.at] == 0x20 || self.bytes[self.at] == 0x09 { self.at += 1 }
        guard self.hasLineEnd(at: self.at) else {
            throw HTTPInputError("A multipart form with something behind its boundary.")
        }
        self.at += 2
        return true
    }

    mutating func readHeaders() throws -> HTTPHeaders {
        var headers = HTTPHeaders()
        let start = self.at
        while let end = self.nextLineEnd(from: self.at), end - start <= MultipartForm.maxPartHeader {
            let line = UnsafeBufferPointer(rebasing: self.bytes[self.at..<end])
            self.at = end + 2
            if line.isEmpty { return headers }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), line[..<colon].allSatisfy(\.isTokenByte),
                colon > 0
            else { break }
            let value = line[(colon + 1)...]
            guard value.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else { break }
            let name = String(decoding: line[..<colon], as: UTF8.self)
            headers.add(name, String(decoding: value, as: UTF8.self).strippedOfWhitespace)
        }
        throw HTTPInputError("A part of a multipart form with a malformed, endless or too long head.")
    }

    /// The bytes up to the next delimiter, which is passed.
    mutating func readBody() throws -> UnsafeBufferPointer<UInt8> {
        let start = self.at
        // An empty part may end at once: its delimiter's CR LF is the one that ended the head.
        if self.hasPrefix(self.delimiter, at: start) {
            self.at = start + self.delimiter.count
            return UnsafeBufferPointer(rebasing: self.bytes[start..<start])
        }
        var from = start
        while let end = self.nextLineEnd(from: from) {
            if self.hasPrefix(self.delimiter, at: end + 2) {
                self.at = end + 2 + self.delimiter.count
                return UnsafeBufferPointer(rebasing: self.bytes[start..<end])
            }
            from = end + 2
        }
        throw HTTPInputError("A multipart form without a final boundary.")
    }
}
