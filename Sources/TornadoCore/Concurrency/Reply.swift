// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// A callback that is called once, in a turn of its own, unless it is forgotten.
final class Reply<Value> {
    private let loop: IOLoop
    private var callback: ((Result<Value, any Error>) throws -> Void)?

    init(_ loop: IOLoop, _ callback: @escaping (Result<Value, any Error>) throws -> Void) {
        self.loop = loop
        self.callback = callback
    }

    /// Calls back soon; what is not wanted any more then goes to `discard`.
    func give(_ answer: Result<Value, any Error>, orElse discard: @escaping (Value) -> Void = { _ in }) {
        self.loop.spawnCallback {
            let callback = self.callback
            self.callback = nil
            if let callback { return try callback(answer) }
            if case .success(let value) = answer { discard(value) }
        }
    }

    func forget() {
        self.callback = nil
    }
}
