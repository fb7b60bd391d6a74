// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

import ProviderKit

extension BaseIOStream {
    /// What the loop has to tell.
    final func handle(_ events: IOLoop.Events) {
        self.hasFilledAtOnce = false
        if self.isOpening {
            self.goOnOpening()
            // Nothing is lost: the loop tells again what is still true.
            return self.settle()
        }
        guard !self.closed else { return }
        let failed = events.contains(.error)
        if events.contains(.read) || failed || (self.readNeedsWrite && events.contains(.write)) {
            self.becameReadable(failed: failed)
        }
        let hasMore = self.writing || self.isEndUnsaid
        if events.contains(.write) || self.writeNeedsRead || (failed && hasMore) { self.flush() }
        self.settle()
    }

    /// Asks the loop for what is needed from now on, and ends what has come to its end.
    final func settle() {
        guard !self.closed else { return }
        if self.isAtEnd { self.settleEnd() }
        guard !self.closed else { return }
        self.inbox.release()
        if self.isCorked { self.flush() }
        guard !self.closed else { return }
        if self.mustReadAhead { self.schedulePump() }
        self.listen()
        if self.mustBeHeld { if self.held == nil { self.held = self } } else { self.held = nil }
    }

    private final var mustBeHeld: Bool {
        self.request.isPending || self.writing || self.isEndUnsaid || self.isOpening || self.closeCallback != nil
    }

    /// Once armed, reading stays so: the next read is likely, and asking the loop costs a system call.
    private final func listen() {
        if self.isOpening { return self.listen(for: self.openingEvents) }
        var wanted = self.armed ?? .none
        if self.wantsRead { wanted.insert(.read) } else if self.isAtEnd { wanted.remove(.read) }
        let wantsWrite = (self.writing && !self.writeNeedsRead) || self.readNeedsWrite || self.isEndUnsaid
        if wantsWrite { wanted.insert(.write) } else { wanted.remove(.write) }
        if wanted != .none { return self.listen(for: wanted) }
        if self.isAtEnd {
            // That the peer has gone would be told for ever.
            self.disarm()
        } else if self.armed != nil || (self.closeCallback != nil && !self.canRead) {
            self.listen(for: .none)
        }
    }

    private final var wantsRead: Bool {
        if self.isAtEnd || !self.canRead { return false }
        return self.request.isPending || self.writeNeedsRead || self.readsAhead
    }

    /// Whether it reads although nobody wants to, which is how it learns that the peer has gone.
    final var readsAhead: Bool { self.closeCallback != nil && self.inbox.count < self.readChunkSize }

    /// Whether the peer's end may be behind bytes that TLS holds, of which the loop would not tell.
    final var mustReadAhead: Bool {
        self.readsAhead && !self.request.isPending && !self.closed && !self.isAtEnd && self.hasPending
    }

    @inline(__always)
    final func listen(for wanted: IOLoop.Events) {
        if self.armed != wanted { self.arm(wanted) }
    }

    private final func arm(_ wanted: IOLoop.Events) {
        do {
            if self.armed == nil {
                // The loop's handler goes with the stream: its descriptor is closed in deinit, if not before.
                try self.loop.addReadinessHandler(self.fileno, wanted) { [weak self] _, events in self?.handle(events) }
            } else {
                try self.loop.updateHandler(self.fileno, wanted)
            }
            self.armed = wanted
        } catch {
            self.close(error)
        }
    }

    /// Takes the handler away from the loop, until something is wanted again.
    final func disarm() {
        guard self.armed != nil else { return }
        self.armed = nil
        // It fails only where the loop is closed, which has forgotten it too.
        try? self.loop.removeHandler(self.fileno)
    }
}
