// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TornadoCore

/// What a request's ``HTTPBodyProducer`` writes to.
///
/// Used on the client's thread only. Once the request has failed, or was answered before its body was whole, writing throws.
public final class HTTPBodyWriter {
    private var exchange: ClientExchange?
    private let producer: HTTPBodyProducer
    private var written: Int64 = 0
    private var failure: HTTPClientError?
    private var isFinished = false
    /// Set while the kernel has taken everything.
    private let room = Event()
    private var waiting: [(HTTPBodyWriter) throws -> Void] = []
    private var task: Task<Void, Never>?
    private var greenlet: Greenlet?

    init(_ exchange: ClientExchange, _ producer: HTTPBodyProducer) {
        self.exchange = exchange
        self.producer = producer
        self.room.set()
    }

    /// Whether all of the body was handed over.
    var isSent: Bool { self.isFinished }

    // MARK: For producers

    /// Sends a piece, and suspends the greenlet until there is room for another.
    ///
    /// - Throws: ``HTTPClientError`` if nothing more can be sent, or more than the length that was told; why the caller
    ///   cannot wait, or what was thrown into it meanwhile.
    public func write(_ bytes: [UInt8]) throws {
        try self.send(bytes)
        try self.room.wait()
        try self.check()
    }

    /// Sends a piece, and suspends the task until there is room for another.
    ///
    /// - Throws: ``HTTPClientError`` if nothing more can be sent, or more than the length that was told;
    ///   `CancellationError` if the task is cancelled.
    nonisolated(nonsending) public func write(_ bytes: [UInt8]) async throws {
        try self.send(bytes)
        try await self.room.wait()
        try self.check()
    }

    /// Sends a piece; the loop calls `callback` when there is room for another.
    ///
    /// - Throws: ``HTTPClientError`` if nothing more can be sent, or more than the length that was told.
    public func write(_ bytes: [UInt8], _ callback: @escaping (HTTPBodyWriter) throws -> Void) throws {
        try self.send(bytes)
        self.waiting.append(callback)
        if self.room.isSet { self.callWaiting() }
    }

    /// Ends the body, where the producer is a callback; the others end it by returning.
    ///
    /// A body that is shorter than the length that was told makes the request fail.
    public func finish() {
        guard !self.isFinished, self.failure == nil, let exchange = self.exchange else { return }
        if let length = self.producer.length {
            guard self.written == length else {
                let words = "the body ended behind \(self.written) of its \(length) bytes"
                return exchange.producerFailed(HTTPClientError(.request, words))
            }
            self.isFinished = true
        } else {
            self.isFinished = true
            _ = exchange.send(Array("0\r\n\r\n".utf8))
        }
    }

    private func send(_ bytes: [UInt8]) throws {
        try self.check()
        guard !self.isFinished, let exchange = self.exchange else {
            throw HTTPClientError(.request, "Cannot write to a body that has ended.")
        }
        guard !bytes.isEmpty else { return }
        self.written += Int64(bytes.count)
        var piece = bytes
        if let length = self.producer.length {
            guard self.written <= length else {
                let error = HTTPClientError(.request, "The body is longer than the \(length) bytes that were told.")
                exchange.producerFailed(error)
                throw error
            }
        } else {
            piece = Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [0x0D, 0x0A]
        }
        self.room.clear()
        if exchange.send(piece) { self.room.set() }
    }

    private func check() throws {
        if let failure = self.failure { throw failure }
    }

    // MARK: For the exchange

    /// Has the body made.
    func start() {
        guard let style = self.producer.run.value else { return }
        switch style {
        case .callback(let body):
            // By the loop: whoever has asked for the turn may be a greenlet that gives others theirs.
            self.loop.spawnCallback {
                if self.failure == nil { self.guarded { try body(self) } }
            }
        case .task(let body):
            self.task = self.loop.spawn {
                do {
                    try await body(self)
                    self.finish()
                } catch {
                    self.failed(error)
                }
            }
        case .greenlet(let body):
            guard Greenlet.isAvailable else {
                return self.failed(HTTPClientError(.request, "there are no greenlets without gtornado: use .async"))
            }
            self.greenlet = Greenlet.spawn(name: "HTTPBodyProducer") {
                self.guarded {
                    try body(self)
                    self.finish()
                }
            }
        }
    }

    private let loop = IOLoop.current

    private func guarded(_ body: () throws -> Void) {
        do { try body() } catch { self.failed(error) }
    }

    private func failed(_ error: any Error) {
        // After the end it is told what it did wrong, if anything, by its own errors.
        guard self.failure == nil else { return }
        self.exchange?.producerFailed(error)
    }

    /// Everything that was written has left.
    func drained() {
        guard !self.room.isSet else { return }
        self.room.set()
        self.callWaiting()
    }

    private func callWaiting() {
        let waiting = self.waiting
        self.waiting = []
        for callback in waiting { self.loop.spawnCallback { self.guarded { try callback(self) } } }
    }

    /// Nothing more can be sent.
    func end(_ why: String) {
        guard self.failure == nil else { return }
        self.exchange = nil
        self.failure = HTTPClientError(.closed, "Cannot send more of the body: \(why).")
        self.room.set()
        self.callWaiting()
        guard !self.isFinished else { return }
        self.task?.cancel()
        // Fails only where it has ended.
        if let greenlet = self.greenlet { try? greenlet.kill(block: false) }
    }
}
