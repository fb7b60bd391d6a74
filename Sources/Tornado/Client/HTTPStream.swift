// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TornadoCore

/// An answer whose body is read while it arrives: what ``AsyncHTTPClient/open(_:raiseError:)`` gives.
///
/// ```swift
/// let stream = try await client.open("http://localhost:8888/large")
/// for try await piece in stream { file.write(piece) }
/// ```
///
/// In a greenlet: `while let piece = try stream.read() { … }`. Whoever reads slowly slows the server down: some 64 KiB are
/// kept at most. `requestTimeout` is for all of it. Used on the client's thread only; one reads at a time. A stream that is
/// dropped before its end closes its connection.
public final class HTTPStream: AsyncSequence {
    /// A piece of the body.
    public typealias Element = [UInt8]

    /// The answer without its body.
    public let response: HTTPResponse
    private let source: Source

    init(_ response: HTTPResponse, _ source: Source) {
        self.response = response
        self.source = source
    }

    deinit {
        self.source.close()
    }

    /// The next piece, for which the greenlet is suspended; nil at the end.
    ///
    /// - Throws: ``HTTPClientError`` if the body broke off; why the caller cannot wait, or what was thrown into it meanwhile,
    ///   which leaves the stream as it was.
    public func read() throws -> [UInt8]? {
        while self.source.isEmpty { try FetchWait<Never>.block(on: self.source.event, self.source.loop) }
        return try self.source.take()
    }

    /// The next piece, for which the task is suspended; nil at the end.
    ///
    /// - Throws: ``HTTPClientError`` if the body broke off; `CancellationError` if the task is cancelled, which leaves the
    ///   stream as it was.
    nonisolated(nonsending) public func read() async throws -> [UInt8]? {
        while self.source.isEmpty { try await self.source.event.wait() }
        return try self.source.take()
    }

    /// Ends the fetch and closes its connection, unless the body is whole; what was not read is dropped.
    public func close() {
        self.source.close()
    }

    /// Gives the pieces one after the other.
    public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

    /// Gives the pieces one after the other.
    public struct Iterator: AsyncIteratorProtocol {
        let stream: HTTPStream

        /// The next piece; nil at the end.
        public func next() async throws -> [UInt8]? {
            try await self.stream.read()
        }

        /// The next piece; nil at the end.
        public func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
            try await self.stream.read()
        }
    }

    /// What the exchange fills, and readers empty.
    final class Source {
        let loop = IOLoop.current
        /// Set while there is something to take.
        let event = Event()
        weak var exchange: ClientExchange?
        weak var fetch: ClientFetch?
        /// Called once, with the head, or with why there is none.
        var onHead: ((HTTPResponse) -> Void)?
        private var pieces: [[UInt8]] = []
        private var size = 0
        private var isOver = false
        private var failure: HTTPClientError?

        /// Bytes that are kept for readers; more wait in the kernel.
        private static let window = 64 * 1024

        var isEmpty: Bool { self.pieces.isEmpty && !self.isOver }

        func began(_ response: HTTPResponse) {
            let onHead = self.onHead
            self.onHead = nil
            onHead?(response)
        }

        /// Keeps a piece; returns whether there is room for more.
        func add(_ piece: [UInt8]) -> Bool {
            self.pieces.append(piece)
            self.size += piece.count
            self.event.set()
            return self.size < Self.window
        }

        func ended(_ response: HTTPResponse) {
            self.isOver = true
            self.failure = response.failure
            self.event.set()
            self.began(response)
        }

        func take() throws -> [UInt8]? {
            guard !self.pieces.isEmpty else {
                if let failure = self.failure { throw failure }
                return nil
            }
            let piece = self.pieces.removeFirst()
            self.size -= piece.count
            if self.pieces.isEmpty, !self.isOver { self.event.clear() }
            if self.size <= Self.window / 2, let exchange = self.exchange, exchange.isPaused {
                // Not inside of this call, which may be one of another exchange's callbacks.
                self.loop.spawnCallback { exchange.resume() }
            }
            return piece
        }

        func close() {
            guard !self.isOver else { return }
            self.pieces = []
            self.size = 0
            self.fetch?.fail(.cancelled, "its stream was closed before the end")
        }
    }
}
