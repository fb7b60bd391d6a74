// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

extension SimpleQueue: AsyncSequence {
    /// The items of a queue, each got out, until it is shut down and empty.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let queue: SimpleQueue<Item>

        /// Gets the next item out; null once the queue is shut down and empty.
        ///
        /// - Throws: `CancellationError` if the task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Item? {
            try await self.nextItem()
        }

        /// Gets the next item out; null once the queue is shut down and empty.
        ///
        /// - Throws: `CancellationError` if the task is cancelled.
        nonisolated(nonsending) public mutating func next() async throws -> Item? {
            try await self.nextItem()
        }

        nonisolated(nonsending) private func nextItem() async throws -> Item? {
            do {
                return try await self.queue.get()
            } catch let error as GreenletError where error.code == .shutDown {
                return nil
            }
        }
    }

    /// Gets out what is put in, for tasks on the queue's thread.
    ///
    /// ```swift
    /// for try await job in jobs { try await run(job) }
    /// ```
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(queue: self)
    }
}
