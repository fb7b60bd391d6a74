// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// Who waits for a stream to have written, or to be connected.
enum StreamCompletion {
    case callback((Result<Void, any Error>) throws -> Void)
    case waiter(StreamWaiter)

    func isWait(of waiter: StreamWaiter) -> Bool {
        if case .waiter(let own) = self { own === waiter } else { false }
    }
}

/// A write that somebody waits for.
struct WriteWait {
    /// How many of the stream's bytes must have left.
    let end: Int
    let completion: StreamCompletion
}
