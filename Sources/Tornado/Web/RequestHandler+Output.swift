// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import CGTornado
import Glibc
import Logging
import TornadoCore

extension RequestHandler {
    /// Adds text to the answer, as UTF-8.
    ///
    /// Nothing is sent before `flush()` or `finish()`.
    public final func write(_ text: String) {
        guard self.mayWrite("write") else { return }
        if self.isBufferEmpty, self.text.isEmpty {
            self.text = text
            return
        }
        self.appendToBuffer(text.utf8)
    }

    /// Adds bytes to the answer.
    public final func write(_ bytes: [UInt8]) {
        guard self.mayWrite("write") else { return }
        if self.isBufferEmpty, self.text.isEmpty {
            self.buffer = bytes
            return
        }
        self.appendToBuffer(bytes)
    }

    /// Adds a value as JSON and sets `Content-Type: application/json; charset=UTF-8`.
    ///
    /// - Throws: `EncodingError` if the value has no JSON form, such as a number that is not finite.
    public final func write(_ value: some Encodable) throws {
        let json = try JSON.encode(value)
        try self.setHeader("Content-Type", "application/json; charset=UTF-8")
        self.write(json)
    }

    /// The buffer is taken out and put back, not copied: no access to the property stays open meanwhile.
    private func appendToBuffer(_ bytes: some Collection<UInt8>) {
        var buffer = self.buffer
        self.buffer = []
        if !self.text.isEmpty {
            let text = self.text
            self.text = ""
            buffer.reserveCapacity(text.utf8.count + bytes.count)
            buffer.append(contentsOf: text.utf8)
        }
        buffer.append(contentsOf: bytes)
        self.buffer = buffer
    }

    /// A call behind the end is a mistake in the app; it is logged, and harmless.
    @inline(__always)
    final func mayWrite(_ call: StaticString) -> Bool {
        self.isFinished ? self.refuse(call) : true
    }

    private func refuse(_ call: StaticString) -> Bool {
        let name = "\(type(of: self))"
        Log.application.error(
            """
            \(call)() on \(name) after the answer has ended: the call is ignored. A method that calls finish(), \
            redirect() or sendError() must return; an async one must not go on.
            """
        )
        return false
    }

    /// What was written and not sent yet.
    @inline(__always)
    final func withBody<R>(_ body: (gt_bytes) -> R) -> R {
        if self.isBufferEmpty {
            var text = self.text
            return text.withUTF8 { body(gt_bytes($0)) }
        }
        // A copy: no access to the property stays open while the server is called.
        let buffer = self.buffer
        return buffer.withUnsafeBufferPointer { body(gt_bytes($0)) }
    }

    final func dropBody() {
        self.text = ""
        if !self.isBufferEmpty { self.buffer = [] }
    }

    /// Sends what was written so far, the head first.
    ///
    /// In a greenlet, as under gtornado, it waits until the client has taken enough for more to be written. Elsewhere it
    /// returns at once, and output that the client does not take is kept in memory: use `flush(_:)`, or `await` in an
    /// async method, to write no faster than the client reads. It is the same call when the client has gone:
    /// `isConnectionClosed` tells. If the wait is ended, by a `Timeout` or because the greenlet is killed, the connection is
    /// dropped: nothing would hold back what is written after that.
    public final func flush() {
        _ = self.flushNow()
        guard self.isOutputFull else { return }
        do {
            try self.request.waitUntilDrained("RequestHandler.flush")
        } catch {
            Log.general.debug("\(LogText.summary(of: self.request)): dropped; flush() was not let wait: \(error)")
            self.request.abort()
        }
    }

    /// Whether the client has gone: what is written now will not reach it.
    public final var isConnectionClosed: Bool {
        self.request.answer == .lost || (self.request.exchange == nil && self.request.answer != .ended)
    }

    /// Sends what was written so far and calls `then` when more may be written: at once, later, or when the client has
    /// gone.
    public final func flush(_ then: @escaping () -> Void) {
        _ = self.flushNow()
        if self.isOutputFull, self.request.exchange != nil {
            self.request.whenDrained(then)
        } else {
            then()
        }
    }

    /// Sends what was written so far and waits until more may be written.
    ///
    /// - Throws: `StreamClosedError` if the client has gone.
    public final func flush() async throws {
        try HTTPOutputError.check(self.flushNow(), "flush")
        guard self.isOutputFull, self.request.exchange != nil else { return }
        await withUnsafeContinuation { continuation in
            self.request.whenDrained { continuation.resume() }
        }
        if self.request.exchange == nil || self.request.answer == .lost { throw StreamClosedError() }
    }

    /// Sends what is there; 0, 1 if the output is full, or a negative errno value.
    final func flushNow() -> Int32 {
        guard self.mayWrite("flush") else { return 0 }
        let result: Int32
        if self.areHeadersWritten {
            result = self.withBody { self.request.send($0, end: false) }
        } else {
            self.areHeadersWritten = true
            result = self.sendHead(contentLength: Int64(self.explicitContentLength ?? -1), end: false)
        }
        self.isOutputFull = result == Int32(GT_WRITE_FULL)
        self.dropBody()
        return result
    }

    /// Adds text and ends the answer.
    public final func finish(_ text: String) {
        self.write(text)
        self.finish()
    }

    /// Adds bytes and ends the answer.
    public final func finish(_ bytes: [UInt8]) {
        self.write(bytes)
        self.finish()
    }

    /// Adds a value as JSON and ends the answer.
    public final func finish(_ value: some Encodable) throws {
        try self.write(value)
        self.finish()
    }

    /// Ends the answer.
    ///
    /// Nothing may be written behind it.
    public final func finish() {
        guard self.mayWrite("finish") else { return }
        self.isFinished = true
        let result: Int32
        if self.areHeadersWritten {
            result = self.withBody { self.request.send($0, end: true) }
        } else {
            self.areHeadersWritten = true
            result = self.sendWhole()
        }
        if result < 0, result != -EPIPE { self.refusedByServer(result) }
        self.completed()
    }

    /// The answer is over: logs it, tells the app, and lets go.
    final func completed() {
        self.endInterrupt()
        self.dropBody()
        self.application.logRequest(self)
        self.onFinish()
        self.request.handler = nil
    }

    private func refusedByServer(_ result: Int32) {
        let why =
            result == -EMSGSIZE ? "its length is not what Content-Length says" : String(cString: strerror(-result))
        Log.application.error("The server refused the answer to \(LogText.summary(of: self.request)): \(why)")
        self.request.abort()
    }
}
