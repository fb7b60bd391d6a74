// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import HTTPCodec

/// One header field or trailer, as Latin-1.
struct Field: Equatable, CustomStringConvertible {
    var name: String
    var value: String

    var description: String { "\(self.name): \(self.value)" }
}

/// A request as a server would hand it to an app.
struct ParsedRequest: Equatable {
    var method = ""
    var target = ""
    var host = ""
    var minorVersion: UInt8 = 1
    var flags: UInt32 = 0
    var headers: [Field] = []
    var body: [UInt8] = []
    var trailers: [Field] = []
}

/// What a connection's bytes came to.
struct Outcome: Equatable {
    enum End: Equatable {
        /// Between requests, nothing left over.
        case open
        /// Inside a request.
        case waiting
        /// Behind a request after which the connection ends.
        case closed
        case refused(Int)
        /// The codec broke its own contract.
        case broken(String)
    }

    var requests: [ParsedRequest] = []
    /// A request whose head is complete and whose body is not.
    var partial: ParsedRequest?
    var end = End.open
}

/// Runs the bytes of one connection through the codec as a server does, without a socket.
///
/// Bytes that a call did not take are offered again with the next ones, from the same first byte on.
struct ConnectionDriver {
    private let limits: RequestLimits
    private let pieceSize: Int
    private let table = HeaderTable()
    private var input: [UInt8] = []
    private var body: BodyDecoder?
    private var current = ParsedRequest()
    private var outcome = Outcome()
    private var hasEnded = false

    init(limits: RequestLimits = RequestLimits(), pieceSize: Int = .max) {
        self.limits = limits
        self.pieceSize = pieceSize
    }

    /// The outcome of all bytes at once.
    static func run(_ bytes: [UInt8], limits: RequestLimits = RequestLimits(), pieceSize: Int = .max) -> Outcome {
        var driver = Self(limits: limits, pieceSize: pieceSize)
        driver.feed(bytes[...])
        return driver.finish()
    }

    /// The outcome of the same bytes in pieces that end at `cuts`, which rise.
    static func run(_ bytes: [UInt8], cuts: [Int], limits: RequestLimits = RequestLimits()) -> Outcome {
        var driver = Self(limits: limits)
        var start = 0
        for cut in cuts + [bytes.count] {
            driver.feed(bytes[start..<cut])
            start = cut
        }
        return driver.finish()
    }

    mutating func feed(_ bytes: ArraySlice<UInt8>) {
        guard !self.hasEnded else { return }
        self.input += bytes
        while !self.hasEnded, self.body == nil ? self.takeHead() : self.takeBody() {}
    }

    mutating func finish() -> Outcome {
        if !self.hasEnded {
            self.outcome.end = self.body == nil && self.input.isEmpty ? .open : .waiting
        }
        if self.body != nil { self.outcome.partial = self.current }
        return self.outcome
    }

    /// True if it got further.
    private mutating func takeHead() -> Bool {
        guard !self.input.isEmpty else { return false }
        var head = RequestHead()
        let result = withExactCopy(of: self.input) { input, count in
            let result = RequestParser.parse(
                input,
                count: count,
                limits: self.limits,
                table: self.table,
                head: &head
            )
            if case .complete = result { self.current = self.copy(head) }
            return result
        }
        switch result {
        case .incomplete: return false
        case .refused(let refusal): self.end(.refused(refusal.status))
        case .complete:
            guard head.size > 0, head.size <= self.input.count else {
                self.end(.broken("a head of \(head.size) bytes in \(self.input.count)"))
                return false
            }
            guard head.contentLength >= -1, head.contentLength <= self.limits.body else {
                self.end(.broken("a body of \(head.contentLength) bytes"))
                return false
            }
            self.input.removeFirst(head.size)
            self.body = BodyDecoder(head)
        }
        return true
    }

    private mutating func takeBody() -> Bool {
        guard var decoder = self.body else { return false }
        var piece: [UInt8] = []
        let step = withExactCopy(of: self.input) { input, count in
            let step = decoder.next(
                input,
                count: count,
                pieceSize: self.pieceSize,
                limits: self.limits,
                table: self.table
            )
            switch step {
            case .piece(let view, _): piece = Array(UnsafeBufferPointer(start: view.data, count: view.size))
            case .end:
                self.current.trailers = (0..<self.table.count).map { self.field($0) }
            case .incomplete, .refused: break
            }
            return step
        }
        self.body = decoder
        switch step {
        case .piece(_, let taken):
            if piece.isEmpty || piece.count > self.pieceSize { self.end(.broken("a piece of \(piece.count) bytes")) }
            self.current.body += piece
            return self.take(taken) && !self.hasEnded
        case .incomplete(let taken):
            _ = self.take(taken)
            return false
        case .refused(let refusal):
            self.end(.refused(refusal.status))
            return false
        case .end(let taken):
            guard self.take(taken) else { return false }
            self.endRequest()
            return true
        }
    }

    private mutating func take(_ count: Int) -> Bool {
        guard count >= 0, count <= self.input.count else {
            self.end(.broken("\(count) bytes taken of \(self.input.count)"))
            return false
        }
        self.input.removeFirst(count)
        return true
    }

    private mutating func endRequest() {
        self.outcome.requests.append(self.current)
        self.body = nil
        if self.current.flags & UInt32(GT_REQUEST_KEEP_ALIVE) == 0 { self.end(.closed) }
    }

    private mutating func end(_ end: Outcome.End) {
        self.outcome.end = end
        self.hasEnded = true
    }

    private func copy(_ head: RequestHead) -> ParsedRequest {
        ParsedRequest(
            method: latin1(head.method),
            target: latin1(head.target),
            host: latin1(head.host),
            minorVersion: head.minorVersion,
            flags: head.flags,
            headers: (0..<self.table.count).map { self.field($0) }
        )
    }

    private func field(_ index: Int) -> Field {
        let entry = self.table.entries[index]
        return Field(name: latin1(entry.name), value: latin1(entry.value))
    }
}

/// Calls `body` with a copy that ends where its memory ends, so that a sanitizer sees a read behind it.
private func withExactCopy<Result>(of bytes: [UInt8], _ body: (UnsafePointer<UInt8>, Int) -> Result) -> Result {
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
    defer { copy.deallocate() }
    copy.update(from: bytes, count: bytes.count)
    return body(copy, bytes.count)
}

/// The bytes as text, one character a byte.
func latin1(_ bytes: gt_bytes) -> String {
    latin1(UnsafeBufferPointer(start: bytes.data, count: bytes.size))
}

/// The bytes as text, one character a byte.
func latin1(_ bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(Unicode.Scalar(byte)) }
    return String(text)
}

/// The text as bytes; its characters are at most U+00FF.
func bytes(_ latin1: String) -> [UInt8] {
    latin1.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
}
