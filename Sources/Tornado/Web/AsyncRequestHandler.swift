// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

package import TornadoCore

/// A handler whose methods may wait: override them as `async`.
///
/// ```swift
/// final class Slow: AsyncRequestHandler {
///     override func get() async throws {
///         try await Task.sleep(for: .seconds(1))
///         write("done")
///     }
/// }
/// ```
///
/// The methods run on the loop's thread, beside other requests'. Each has a task to itself while it runs, which begins
/// inside the server's call: a method that does not wait costs little more than a synchronous one. The synchronous forms
/// are not called.
open class AsyncRequestHandler: RequestHandler, LoopWork {
    private var chunks: [[UInt8]] = []
    private var bytesReceived: Int64 = 0
    private var chunkWaiter: UnsafeContinuation<Void, Never>?
    private var isClientGone = false

    /// Called before the method.
    ///
    /// May answer, and so keep the method from being called.
    open func prepare() async throws {}

    /// Called with each piece of the body, between `prepare` and the method, if `streamRequestBody` is true.
    ///
    /// The next piece is not read from the client before this returns.
    open func dataReceived(_ chunk: [UInt8]) async throws {
        throw HTTPError(500, "\(type(of: self)) has streamRequestBody but does not override dataReceived().")
    }

    /// Answers GET.
    open func get() async throws { throw self.notAllowed() }
    /// Answers HEAD.
    open func head() async throws { throw self.notAllowed() }
    /// Answers POST.
    open func post() async throws { throw self.notAllowed() }
    /// Answers DELETE.
    open func delete() async throws { throw self.notAllowed() }
    /// Answers PATCH.
    open func patch() async throws { throw self.notAllowed() }
    /// Answers PUT.
    open func put() async throws { throw self.notAllowed() }
    /// Answers OPTIONS.
    open func options() async throws { throw self.notAllowed() }

    override func run() { self.spawn() }
    override func runStreaming() { self.spawn() }

    private func spawn() {
        self.request.server.loop.perform(self)
    }

    package final func performOnLoop() async {
        do {
            let method = try self.checkedMethod()
            try self.request.parseInput()
            try await self.prepare()
            if self.isFinished { return }
            if self.isStreaming { try await self.receiveBody() }
            if self.isFinished { return }
            try await self.callAsync(method)
            self.methodReturned()
        } catch {
            self.handle(error)
        }
    }

    func callAsync(_ method: RequestMethod) async throws {
        switch method {
        case .get: try await self.get()
        case .head: try await self.head()
        case .post: try await self.post()
        case .delete: try await self.delete()
        case .patch: try await self.patch()
        case .put: try await self.put()
        case .options: try await self.options()
        }
    }

    // MARK: Streamed bodies

    private func receiveBody() async throws {
        self.request.continueIfAsked()
        while let chunk = try await self.nextChunk() {
            try await self.dataReceived(chunk)
            if self.isFinished { return }
        }
    }

    private func nextChunk() async throws -> [UInt8]? {
        while self.chunks.isEmpty {
            if self.isClientGone { throw StreamClosedError() }
            if let error = self.request.details?.bodyError { throw error }
            if !self.request.awaitsBody { return nil }
            self.request.wantBody(true)
            await withUnsafeContinuation { self.chunkWaiter = $0 }
        }
        return self.chunks.removeFirst()
    }

    private func wake() {
        let waiter = self.chunkWaiter
        self.chunkWaiter = nil
        waiter?.resume()
    }

    override func received(_ chunk: [UInt8]) {
        guard !self.isFinished else { return }
        self.chunks.append(chunk)
        self.bytesReceived += Int64(chunk.count)
        // No more until this one is done with. Behind the last byte there is nothing to hold back but the end.
        if self.bytesReceived != self.request.head.content_length { self.request.wantBody(false) }
        self.wake()
    }

    override func bodyComplete() {
        if self.isStreaming { self.wake() } else { self.run() }
    }

    override func bodyFailed(_ error: any Error) {
        if self.isStreaming { self.wake() } else { super.bodyFailed(error) }
    }

    override func connectionClosed() {
        self.isClientGone = self.request.exchange == nil
        super.connectionClosed()
        self.wake()
    }
}
