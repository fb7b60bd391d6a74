// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import HTTPCodec
import TornadoCore

/// One request on its way: looks the host up, connects, sends, and reads until the answer is whole.
///
/// The loop holds it, by its handler or timeouts, until it is over. All calls are made on the loop's thread.
final class ClientExchange {
    private let loop: IOLoop
    private let request: HTTPRequest
    private let limits: RequestLimits
    private let callback: (HTTPResponse) throws -> Void
    private let started: Double
    private var isOver = false
    private var timeouts: [Timeout] = []
    private var lookup: ClientLookup?
    /// Those that were not tried yet.
    private var addresses: [ClientAddress] = []
    private var socket: ClientSocket?
    private var isConnected = false
    /// Host and port, for messages.
    private var place = ""
    private var unsent: ArraySlice<UInt8> = []
    private var reader: ClientAnswerReader

    init(
        _ loop: IOLoop,
        _ request: HTTPRequest,
        _ limits: RequestLimits,
        _ callback: @escaping (HTTPResponse) throws -> Void
    ) {
        self.loop = loop
        self.request = request
        self.limits = limits
        self.callback = callback
        self.started = loop.time()
        self.reader = ClientAnswerReader(isHeadRequest: request.method == "HEAD", limits)
    }

    func begin() {
        do {
            let url = try ClientURL(self.request.url)
            self.unsent = try self.request.wire(to: url)[...]
            self.place = "\(url.host) port \(url.port)"
            self.setTimeouts()
            let lookup = ClientLookup(url.host, url.port) { self.found($0) }
            self.lookup = lookup
            lookup.begin(self.loop)
        } catch let error as HTTPClientError {
            self.fail(error)
        } catch {
            self.fail(.request, "\(error)")
        }
    }

    // MARK: Time

    private func setTimeouts() {
        self.limit(self.request.requestTimeout, .requestTimeout, "no whole answer came")
        self.limit(self.request.connectTimeout, .connectTimeout, "there was no connection")
    }

    private func limit(_ seconds: Double, _ kind: HTTPClientError.Kind, _ what: String) {
        guard seconds > 0, seconds.isFinite else { return }
        self.timeouts.append(
            self.loop.callLater(seconds) {
                // A request that is connected has only the other limit.
                guard kind == .requestTimeout || !self.isConnected else { return }
                self.fail(kind, "\(what) within \(seconds) s")
            }
        )
    }

    // MARK: Connecting

    private func found(_ answer: ClientLookup.Answer) {
        self.lookup = nil
        guard !self.isOver else { return }
        switch answer {
        case .success(let addresses):
            self.addresses = addresses
            self.connect(after: "the name has no address")
        case .failure(let failure):
            self.fail(.resolve, "the host was not found: \(failure)")
        }
    }

    /// Tries the next address; the last one's failure is the request's.
    private func connect(after failure: String) {
        self.closeSocket()
        guard !self.addresses.isEmpty else { return self.fail(.connect, failure) }
        let (socket, outcome) = ClientSocket.connect(to: self.addresses.removeFirst())
        self.socket = socket
        switch outcome {
        case .failed(let number): self.connect(after: Self.text(number))
        case .done, .again: self.watch()
        }
    }

    private func watch() {
        guard let socket else { return }
        do {
            try self.loop.addHandler(socket.descriptor, [.write]) { _, _ in self.isReady() }
        } catch {
            self.fail(.connect, "\(error)")
        }
    }

    private func isReady() {
        guard let socket, !self.isOver else { return }
        if !self.isConnected {
            let number = socket.connectError()
            guard number == 0 else { return self.connect(after: Self.text(number)) }
            self.isConnected = true
        }
        self.send(socket)
        self.receive(socket)
    }

    // MARK: Sending and receiving

    private func send(_ socket: ClientSocket) {
        while !self.unsent.isEmpty {
            switch socket.send(self.unsent) {
            case .done(let count): self.unsent = self.unsent.dropFirst(count)
            case .again: return self.waitFor([.read, .write])
            // A server may answer, and close, before it has read all: what it said counts.
            case .failed: self.unsent = []
            }
        }
        self.waitFor([.read])
    }

    private func waitFor(_ events: IOLoop.Events) {
        guard let socket else { return }
        do {
            try self.loop.updateHandler(socket.descriptor, events)
        } catch {
            self.fail(.closed, "\(error)")
        }
    }

    private func receive(_ socket: ClientSocket) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32 * 1024) { buffer in
            // Others get their turn, however fast the server is.
            for _ in 0..<8 where !self.isOver {
                switch socket.receive(into: buffer) {
                case .again: return
                case .done(let count): self.take(UnsafeBufferPointer(rebasing: buffer[..<count]))
                case .failed(let number): self.fail(.closed, "the connection broke: \(Self.text(number))")
                }
            }
        }
    }

    /// Takes what has arrived; nothing is the end of it.
    private func take(_ bytes: UnsafeBufferPointer<UInt8>) {
        let state = bytes.isEmpty ? self.reader.inputEnded() : self.reader.take(bytes)
        switch state {
        case .incomplete: return
        case .whole(let answer): self.end { HTTPResponse(self.request, answer, requestTime: $0) }
        case .refused(let refusal):
            self.fail(bytes.isEmpty ? .closed : .malformed, "\(refusal.why)")
        }
    }

    // MARK: The end

    private func fail(_ kind: HTTPClientError.Kind, _ why: String) {
        self.fail(HTTPClientError(kind, "Cannot fetch \(self.request.url) (\(self.place)): \(why)."))
    }

    private func fail(_ error: HTTPClientError) {
        self.end { HTTPResponse(self.request, error, requestTime: $0) }
    }

    private func end(_ response: (Double) -> HTTPResponse) {
        guard !self.isOver else { return }
        self.isOver = true
        self.lookup?.cancel()
        self.lookup = nil
        for timeout in self.timeouts { self.loop.removeTimeout(timeout) }
        self.timeouts = []
        self.closeSocket()
        let result = response(self.loop.time() - self.started)
        let callback = self.callback
        self.loop.spawnCallback { try callback(result) }
    }

    private func closeSocket() {
        guard let socket else { return }
        self.socket = nil
        // There is no handler if it could not be added.
        try? self.loop.removeHandler(socket.descriptor)
        socket.close()
    }

    private static func text(_ number: Int32) -> String { String(cString: strerror(number)) }
}
