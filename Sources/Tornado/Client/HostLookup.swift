// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import TornadoCore

/// A client's question for a host's addresses: to the resolver that it was given, else as `Lookup` asks.
///
/// Used on the loop's thread only.
final class HostLookup {
    /// Addresses, or why there are none.
    typealias Answer = Result<[SocketAddress], any Error>

    private var done: ((Answer) -> Void)?
    private var pending: Pending?

    /// Asks; the answer, one call of `done` unless it is cancelled, comes later if there is a resolver, else perhaps inside
    /// of `begin`.
    init(_ done: @escaping (Answer) -> Void) {
        self.done = done
    }

    func begin(_ host: String, _ port: UInt16, _ resolver: (any Resolver)?, _ loop: IOLoop) {
        if let resolver {
            self.pending = resolver.resolve(host, Int(port), family: .unspecified) { self.end($0) }
        } else {
            let lookup = Lookup(host, port) { self.end($0.mapError { $0 }) }
            self.pending = Pending { lookup.cancel() }
            lookup.begin(loop)
        }
    }

    /// Forgets the question.
    func cancel() {
        self.done = nil
        self.pending?.cancel()
        self.pending = nil
    }

    private func end(_ answer: Answer) {
        let done = self.done
        self.done = nil
        self.pending = nil
        done?(answer)
    }
}
