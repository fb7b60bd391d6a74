// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

/// The end of a closed stream under TLS whose peer has yet to take so much that it can be told of the end: without that word
/// it could not tell the end from an attack.
///
/// The loop holds it until the word is out, the connection has failed, or the peer has had its time.
final class PoliteClose {
    /// Seconds that the peer has.
    private static let patience = 5.0

    /// Owned.
    private var transport: Transport
    private let loop: IOLoop
    private var timer: Timeout?
    private var isOver = false

    init(_ transport: Transport, _ loop: IOLoop) {
        self.transport = transport
        self.loop = loop
    }

    deinit {
        // Where the loop was closed before it was over.
        if !self.isOver { self.transport.close() }
    }

    func begin() {
        do {
            try self.loop.addReadinessHandler(self.transport.descriptor, .write) { _, _ in self.goOn() }
            self.timer = self.loop.callLater(Self.patience) { self.end() }
        } catch {
            // There is no loop any more: deinit closes it.
        }
    }

    private func goOn() {
        if self.transport.shutdown() != .again(.write) { self.end() }
    }

    private func end() {
        guard !self.isOver else { return }
        self.isOver = true
        if let timer = self.timer { self.loop.removeTimeout(timer) }
        self.timer = nil
        // It fails only where the loop is closed, which has forgotten it too.
        try? self.loop.removeHandler(self.transport.descriptor)
        self.transport.close()
    }
}
